-- What is due gets a lease: now, end of the lease, most.
local found = {}
for _, id in ipairs(redis.call('ZRANGEBYSCORE', 'errands', '-inf', ARGV[1], 'LIMIT', 0, ARGV[3])) do
  if redis.call('EXISTS', 'errand:' .. id) == 1 then
    redis.call('HINCRBY', 'errand:' .. id, 'attempts', 1)
    redis.call('ZADD', 'errands', ARGV[2], id)
    found[#found + 1] = {id, unpack(redis.call('HMGET', 'errand:' .. id,
      'person', 'draft', 'kind', 'payload', 'reply_to', 'attempts'))}
  else
    redis.call('ZREM', 'errands', id)
  end
end
return found
