-- reference, sealed payload, milliseconds, person, errand, now, most a day
-- 'made', 'taken' (another one has this code) or 'limit'; the same errand asks again for nothing.
local tries = 'invites:' .. ARGV[4]
redis.call('ZREMRANGEBYSCORE', tries, 0, ARGV[6] - 86400000)
if not redis.call('ZSCORE', tries, ARGV[5]) then
  if redis.call('ZCARD', tries) >= tonumber(ARGV[7]) then return 'limit' end
end
if not redis.call('SET', 'invitation:' .. ARGV[1], ARGV[2], 'NX', 'PX', ARGV[3]) then
  return 'taken'
end
redis.call('ZADD', tries, ARGV[6], ARGV[5])
redis.call('PEXPIRE', tries, 86400000)
return 'made'
