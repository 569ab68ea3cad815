-- For those who wait: key, token. A message that is gone was answered more than two minutes ago.
return look(ARGV[1], ARGV[2]) or {'waiting'}
