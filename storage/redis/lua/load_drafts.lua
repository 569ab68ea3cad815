-- The sealed bodies of these drafts, in their order; nothing for those that are gone.
local found = {}
for index, id in ipairs(ARGV) do found[index] = redis.call('HGET', 'draft:' .. id, 'body') end
return found
