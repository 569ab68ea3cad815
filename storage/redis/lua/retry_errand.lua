-- id, due
return redis.call('ZADD', 'errands', 'XX', ARGV[2], ARGV[1])
