-- person, lookup of the ID number, errand, day, most: 1 when it may ask.
local keys = {'look_ups:' .. ARGV[4] .. ':person:' .. ARGV[1],
  'look_ups:' .. ARGV[4] .. ':number:' .. ARGV[2]}
for _, key in ipairs(keys) do
  if redis.call('SISMEMBER', key, ARGV[3]) == 0
    and redis.call('SCARD', key) >= tonumber(ARGV[5]) then return 0 end
end
for _, key in ipairs(keys) do
  redis.call('SADD', key, ARGV[3])
  redis.call('PEXPIRE', key, 2 * 86400000)
end
return 1
