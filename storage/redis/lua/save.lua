-- Trip 2: everything a turn leaves behind, if claim and versions still match; else nothing.
local person, token, key, target, now = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local conversation = {version = ARGV[6], draft = ARGV[7], body = ARGV[8]}
local answer, handed_out, provisional = ARGV[9], ARGV[10] == '1', ARGV[11] == '1'
local mode = ARGV[12] -- none | touch | write | delete
local draft = {id = ARGV[13], version = ARGV[14], subject = ARGV[15], body = ARGV[16]}
local fact = {province = ARGV[17], question = ARGV[18], day = ARGV[19]}
local authors, after = words_from(20)
local kept_back = ARGV[after] == 'kept back' -- it is there, and comes when it is needed
local otherwise, last = {}, after + 1
if not kept_back then otherwise, last = errands_from(after) end
local errands = errands_from(last)
otherwise = otherwise[1]
local message = 'message:' .. key

if redis.call('GET', 'claim:' .. person) ~= token then
  local saved = redis.call('HMGET', message, 'by', 'how')
  return saved[1] == token and saved[2] or 'lost'
end
if (redis.call('HGET', 'conversation:' .. person, 'version') or '0') ~= conversation.version then
  return 'conflict'
end
if mode ~= 'none' and not draft_is_at(draft.id, draft.version) then
  if mode ~= 'touch' then return 'conflict' end
  mode = 'none' -- gone or ahead: nothing of ours is in it
end
if kept_back and redis.call('HEXISTS', message, 'given') == 1 then return 'otherwise' end

redis.call('HSET', 'conversation:' .. person, 'version', conversation.version + 1,
  'draft', conversation.draft, 'body', conversation.body)
redis.call('PEXPIRE', 'conversation:' .. person, DRAFT)
if mode == 'write' then
  write_draft(draft, authors, now)
  note_fact(draft, person, fact)
elseif mode == 'touch' then
  touch_draft(draft.id, authors, now)
elseif mode == 'delete' then
  delete_draft(draft.id, authors)
end
for _, errand in ipairs(errands) do add_errand(errand) end

redis.call('LPOP', 'queue:' .. person)
redis.call('DEL', 'claim:' .. person)
if redis.call('EXISTS', 'queue:' .. person) == 1 then
  redis.call('ZADD', 'waiting', now, person)
else
  redis.call('ZREM', 'waiting', person)
end

-- An answer that nobody took yet: kept until somebody does (hand_out) or the sweeper sends it.
local function keep_untaken(at)
  redis.call('HSET', 'message:' .. at, 'answer', answer)
  if provisional then
    redis.call('HSET', 'message:' .. at, 'provisional', 1)
  else
    redis.call('HDEL', 'message:' .. at, 'provisional')
  end
  if otherwise then
    park(otherwise)
    redis.call('HSET', 'message:' .. at, 'late', otherwise.id)
  end
  redis.call('ZADD', 'untaken', now, at)
end

-- The citizen's own message. `given` already: she was told `success` while it waited.
local function answer_own()
  if redis.call('HEXISTS', message, 'given') == 1 then return 'late' end
  if handed_out then
    redis.call('HSET', message, 'answer', answer, 'given', 1)
  else
    keep_untaken(key)
  end
  return 'saved'
end

-- A result. It may replace a provisional answer that nobody took; after that it is late.
local function answer_for(asked)
  local there = redis.call('HMGET', 'message:' .. asked, 'done', 'given', 'provisional', 'late')
  local open = asked ~= '' and there[1] and not there[2] and there[3]
  if answer == '' and not otherwise then
    if open and not provisional then redis.call('HDEL', 'message:' .. asked, 'provisional') end
    return 'saved'
  end
  if not open then return 'late' end
  if there[4] then
    redis.call('DEL', 'errand:' .. there[4])
    redis.call('HDEL', 'message:' .. asked, 'late')
  end
  keep_untaken(asked)
  return 'saved'
end

local how = 'saved'
if target == key then
  how = answer_own()
else
  how = answer_for(target)
  redis.call('HSET', message, 'given', 1)
end
if how == 'late' and otherwise then add_errand(otherwise) end
redis.call('HSET', message, 'done', 1, 'body', '', 'by', token, 'how', how)
if redis.call('HEXISTS', message, 'given') == 1 then
  redis.call('PEXPIRE', message, ANSWER)
end
return how
