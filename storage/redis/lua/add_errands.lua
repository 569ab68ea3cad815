-- A count, then so many errands.
for _, errand in ipairs(errands_from(1)) do add_errand(errand) end
return 1
