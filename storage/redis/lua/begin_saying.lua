-- Whoever removes a customer message may send it; nobody else will. id
redis.call('DEL', 'errand:' .. ARGV[1])
return redis.call('ZREM', 'errands', ARGV[1])
