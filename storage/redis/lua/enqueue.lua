-- A message nobody sent: key, person, token, sealed message, now, reply_to, finishes.
local key, person, token, body = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local now, reply_to, finishes = ARGV[5], ARGV[6], ARGV[7]

if finishes ~= '' and finish_errand(finishes) == 0 then return {'known'} end
if redis.call('EXISTS', 'message:' .. key) == 1 then return {'known'} end
queue_up(key, person, reply_to, body, now)
return claim_head(person, token)
