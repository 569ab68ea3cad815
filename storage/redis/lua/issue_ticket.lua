-- digest, sealed payload, milliseconds
return redis.call('SET', 'ticket:' .. ARGV[1], ARGV[2], 'PX', ARGV[3])
