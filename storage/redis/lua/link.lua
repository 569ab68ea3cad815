-- From now on this address speaks for this person: address, person. Returns who it was before.
local before = redis.call('GET', 'address:' .. ARGV[1])
if before then redis.call('SREM', 'addresses:' .. before, ARGV[1]) end
redis.call('SET', 'address:' .. ARGV[1], ARGV[2])
redis.call('SADD', 'addresses:' .. ARGV[2], ARGV[1])
return before
