-- id, touched: the warning is on its way, unless a word was said since.
if redis.call('ZSCORE', 'drafts_ending', ARGV[1]) == ARGV[2] then
  return redis.call('ZREM', 'drafts_ending', ARGV[1])
end
return 0
