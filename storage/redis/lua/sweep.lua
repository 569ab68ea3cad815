-- Persons whose queue nobody works on: waiting since before `until`, at most `most`.
local found = {}
for _, person in ipairs(redis.call('ZRANGEBYSCORE', 'waiting', '-inf', ARGV[1], 'LIMIT', 0, ARGV[2])) do
  if redis.call('EXISTS', 'queue:' .. person) == 0 then
    redis.call('ZREM', 'waiting', person)
  elseif redis.call('EXISTS', 'claim:' .. person) == 0 then
    found[#found + 1] = person
  end
end
return found
