-- The oldest entries of the stream: most.
return redis.call('XRANGE', 'draft_facts', '-', '+', 'COUNT', ARGV[1])
