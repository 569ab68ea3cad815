-- reference
return redis.call('DEL', 'invitation:' .. ARGV[1])
