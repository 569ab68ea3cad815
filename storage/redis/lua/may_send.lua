-- address, now
return send_through_window(ARGV[1], ARGV[2])
