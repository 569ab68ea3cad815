-- Hand out what there is, or `otherwise` for good: key, sealed otherwise.
local message = redis.call('HMGET', 'message:' .. ARGV[1], 'person', 'done', 'given', 'answer')
if not message[1] then return false end
if message[3] then return message[4] end
if message[2] then
  hand_out(ARGV[1])
  return message[4]
end
redis.call('HSET', 'message:' .. ARGV[1], 'answer', ARGV[2], 'given', 1)
return ARGV[2]
