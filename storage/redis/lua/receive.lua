-- Trip 1: a known message's answer, or its place in the queue and the claim on the queue's head.
-- key, speaker, candidate, token, sealed message, now, nonce, digest, opens
local key, speaker, candidate, token, body = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local now, nonce, digest, opens = ARGV[6], ARGV[7], ARGV[8], ARGV[9]

local known = look(key, token) -- the message key alone decides about redelivery
if known then return known end

if nonce ~= '' and not redis.call('SET', 'nonce:' .. nonce, digest, 'NX', 'PX', 600000) then
  if redis.call('GET', 'nonce:' .. nonce) ~= digest then return {'refused'} end
end

local person = redis.call('GET', 'address:' .. speaker)
if not person then
  person = candidate
  redis.call('SET', 'address:' .. speaker, person)
  redis.call('SADD', 'addresses:' .. person, speaker)
end

open_window(speaker, opens, now)
queue_up(key, person, key, body, now)
return claim_head(person, token)
