-- The drafts a person has a hand in, the one touched last first; those that ended are forgotten.
local found = {}
for _, id in ipairs(redis.call('ZREVRANGE', 'drafts:' .. ARGV[1], 0, -1)) do
  if redis.call('EXISTS', 'draft:' .. id) == 1 then
    found[#found + 1] = id
  else
    redis.call('ZREM', 'drafts:' .. ARGV[1], id)
  end
end
return found
