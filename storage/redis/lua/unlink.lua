-- This address is nobody's: address.
local before = redis.call('GET', 'address:' .. ARGV[1])
if before then redis.call('SREM', 'addresses:' .. before, ARGV[1]) end
redis.call('DEL', 'window:' .. ARGV[1])
return redis.call('DEL', 'address:' .. ARGV[1])
