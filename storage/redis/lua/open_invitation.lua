-- reference, person, errand, now, milliseconds, most: false when too many codes were tried,
-- else the sealed payload, or nothing in it. The same errand is one try.
local tries = 'code_tries:' .. ARGV[2]
redis.call('ZREMRANGEBYSCORE', tries, 0, ARGV[4] - ARGV[5])
if not redis.call('ZSCORE', tries, ARGV[3]) then
  if redis.call('ZCARD', tries) >= tonumber(ARGV[6]) then return {'later'} end
  redis.call('ZADD', tries, ARGV[4], ARGV[3])
  redis.call('PEXPIRE', tries, ARGV[5])
end
return {'open', redis.call('GET', 'invitation:' .. ARGV[1]) or ''}
