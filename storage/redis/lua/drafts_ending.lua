-- Drafts not touched since `until`, at most `most`, each followed by when it was.
local found = {}
local listed = redis.call('ZRANGEBYSCORE', 'drafts_ending', '-inf', ARGV[1], 'WITHSCORES', 'LIMIT', 0, ARGV[2])
for index = 1, #listed, 2 do
  if redis.call('EXISTS', 'draft:' .. listed[index]) == 1 then
    found[#found + 1] = listed[index]
    found[#found + 1] = listed[index + 1]
  else
    redis.call('ZREM', 'drafts_ending', listed[index])
  end
end
return found
