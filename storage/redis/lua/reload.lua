-- Conversation and draft anew under the same claim: person, token, key.
local person, token, key = ARGV[1], ARGV[2], ARGV[3]
if redis.call('LINDEX', 'queue:' .. person, 0) ~= key then return {'lost'} end
local reply = claim_head(person, token)
if reply[1] ~= 'claimed' then return {'lost'} end
return reply
