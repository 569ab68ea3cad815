-- A draft written outside the chat: id, version, subject, body, now, author, fact (3), authors.
local draft = {id = ARGV[1], version = ARGV[2], subject = ARGV[3], body = ARGV[4]}
local now, person = ARGV[5], ARGV[6]
local fact = {province = ARGV[7], question = ARGV[8], day = ARGV[9]}
if not draft_is_at(draft.id, draft.version) then return false end
write_draft(draft, words_from(10), now)
note_fact(draft, person, fact)
return draft.version + 1
