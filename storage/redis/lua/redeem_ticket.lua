-- digest
return redis.call('GETDEL', 'ticket:' .. ARGV[1])
