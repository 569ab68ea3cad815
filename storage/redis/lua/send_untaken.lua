-- Answers saved before `until` that no delivery came for become customer messages: until, most, now.
local sent = 0
for _, key in ipairs(redis.call('ZRANGEBYSCORE', 'untaken', '-inf', ARGV[1], 'LIMIT', 0, ARGV[2])) do
  local late = redis.call('HGET', 'message:' .. key, 'late')
  if late then
    redis.call('HDEL', 'message:' .. key, 'late')
    redis.call('ZADD', 'errands', ARGV[3], late)
    sent = sent + 1
  end
  if redis.call('EXISTS', 'message:' .. key) == 1 then hand_out(key) end
  redis.call('ZREM', 'untaken', key)
end
return sent
