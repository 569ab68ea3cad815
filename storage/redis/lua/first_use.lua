-- digest, milliseconds
return redis.call('SET', 'used:' .. ARGV[1], 1, 'NX', 'PX', ARGV[2]) and 1 or 0
