-- id, authors
return delete_draft(ARGV[1], words_from(2))
