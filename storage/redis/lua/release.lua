-- Give a claim back unused: person, token.
if redis.call('GET', 'claim:' .. ARGV[1]) ~= ARGV[2] then return 0 end
return redis.call('DEL', 'claim:' .. ARGV[1])
