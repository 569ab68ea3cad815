-- Shared by the scripts that write drafts; after queue.lua.

-- Whether the draft still has the version it was loaded with ('0': it is not there yet).
local function draft_is_at(id, version)
  return (redis.call('HGET', 'draft:' .. id, 'version') or '0') == version
end

local function touch_draft(id, authors, now)
  redis.call('PEXPIRE', 'draft:' .. id, DRAFT)
  redis.call('ZADD', 'drafts_ending', now, id)
  for _, author in ipairs(authors) do
    redis.call('ZADD', 'drafts:' .. author, now, id)
    redis.call('PEXPIRE', 'drafts:' .. author, DRAFT)
  end
end

local function write_draft(draft, authors, now)
  redis.call('HSET', 'draft:' .. draft.id, 'version', draft.version + 1,
    'subject', draft.subject, 'authors', table.concat(authors, ' '), 'body', draft.body)
  touch_draft(draft.id, authors, now)
end

local function delete_draft(id, authors)
  redis.call('ZREM', 'drafts_ending', id)
  for _, author in ipairs(authors) do redis.call('ZREM', 'drafts:' .. author, id) end
  return redis.call('DEL', 'draft:' .. id)
end

-- Reads ARGV from position `from`: a count, then so many words. Returns them and what follows.
local function words_from(from)
  local found = {}
  local count = tonumber(ARGV[from])
  for index = 1, count do found[index] = ARGV[from + index] end
  return found, from + count + 1
end

-- No personal data here: the worker projects it to SQL.
local function note_fact(draft, person, fact)
  if fact.day == '' then return end
  redis.call('XADD', 'draft_facts', '*', 'draft', draft.id, 'person', person,
    'province', fact.province, 'version', draft.version + 1,
    'question', fact.question, 'day', fact.day)
end
