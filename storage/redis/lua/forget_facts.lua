-- Entries that are in SQL now.
for _, id in ipairs(ARGV) do redis.call('XDEL', 'draft_facts', id) end
return #ARGV
