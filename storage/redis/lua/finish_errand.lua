return finish_errand(ARGV[1])
