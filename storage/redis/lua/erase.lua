-- Everything of a person that is not a case: person.
local person = ARGV[1]
for _, id in ipairs(redis.call('ZRANGE', 'drafts:' .. person, 0, -1)) do
  local draft = redis.call('HMGET', 'draft:' .. id, 'subject', 'authors')
  if draft[1] == person or draft[2] == person then
    redis.call('DEL', 'draft:' .. id)
    redis.call('ZREM', 'drafts_ending', id)
  end
end
if redis.call('EXISTS', 'queue:' .. person) == 0 then
  for _, address in ipairs(redis.call('SMEMBERS', 'addresses:' .. person)) do
    redis.call('DEL', 'address:' .. address, 'window:' .. address)
  end
  redis.call('DEL', 'addresses:' .. person)
end
return redis.call('DEL', 'drafts:' .. person, 'conversation:' .. person)
