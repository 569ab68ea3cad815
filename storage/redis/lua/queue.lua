-- Shared by every script that touches a person's queue; put before it (connect.Script).
--
-- address:<lookup>      person                                  addresses:<person>  set of lookups
-- queue:<person>        list of message keys, oldest first      claim:<person>      token, 6 s
-- waiting               zset of persons by the time their head began to wait
-- message:<key>         person, target, body, attempts | done, answer, given, provisional, late, by, how
-- untaken               zset of messages whose answer nobody took, by the time it was saved
-- conversation:<person> version, draft, body
-- draft:<id>            version, subject, authors, body        drafts:<person>     zset by last word
-- drafts_ending         zset of drafts by last word
-- errand:<id>           person, draft, kind, payload, reply_to, attempts
-- errands               zset of errands by the time a worker may take them up
-- draft_facts           stream

local CLAIM, ANSWER = 6000, 120000
local DRAFT = 90 * 86400000

-- What is at the head of the queue, with all that is needed to hear it; 'waiting' when somebody
-- else works on it. Claiming again with the same token is claiming once.
local function claim_head(person, token)
  local head, message
  repeat
    head = redis.call('LINDEX', 'queue:' .. person, 0)
    if not head then return {'waiting'} end
    message = redis.call('HMGET', 'message:' .. head, 'body', 'target')
    if not message[1] then redis.call('LPOP', 'queue:' .. person) end
  until message[1]
  if not redis.call('SET', 'claim:' .. person, token, 'NX', 'PX', CLAIM) then
    if redis.call('GET', 'claim:' .. person) ~= token then return {'waiting'} end
    redis.call('PEXPIRE', 'claim:' .. person, CLAIM)
  end
  local attempts = redis.call('HINCRBY', 'message:' .. head, 'attempts', 1)
  local conversation = redis.call('HMGET', 'conversation:' .. person, 'body', 'draft')
  local draft = false
  if conversation[2] and conversation[2] ~= '' then
    draft = redis.call('HGET', 'draft:' .. conversation[2], 'body')
  end
  return {'claimed', person, head, message[2], attempts, message[1], conversation[1], draft,
    conversation[2]}
end

local function queue_up(key, person, target, body, now)
  redis.call('HSET', 'message:' .. key, 'person', person, 'target', target, 'body', body)
  if redis.call('RPUSH', 'queue:' .. person, key) == 1 then
    redis.call('ZADD', 'waiting', now, person)
  end
end

-- From here on every delivery of this message gets the same bytes, for two minutes.
local function hand_out(key)
  local message = 'message:' .. key
  local late = redis.call('HGET', message, 'late')
  if late then
    redis.call('DEL', 'errand:' .. late)
    redis.call('HDEL', message, 'late')
  end
  redis.call('HSET', message, 'given', 1)
  redis.call('PEXPIRE', message, ANSWER)
  redis.call('ZREM', 'untaken', key)
end

-- A message that is there already: its answer, or its turn, or the word to wait.
local function look(key, token)
  local message = redis.call('HMGET', 'message:' .. key,
    'person', 'done', 'given', 'provisional', 'answer')
  if not message[1] then return nil end
  if message[3] then return {'answered', message[5]} end
  if not message[2] then return claim_head(message[1], token) end
  if message[4] then return {'waiting'} end
  hand_out(key)
  return {'answered', message[5]}
end

-- Reads ARGV from position `from`: a count, then so many errands. Returns them and what follows.
local function errands_from(from)
  local found, at = {}, from + 1
  for _ = 1, tonumber(ARGV[from]) do
    found[#found + 1] = {id = ARGV[at], person = ARGV[at + 1], draft = ARGV[at + 2],
      kind = ARGV[at + 3], payload = ARGV[at + 4], due = ARGV[at + 5], reply_to = ARGV[at + 6]}
    at = at + 7
  end
  return found, at
end

-- Put an errand away without letting anybody take it up. An errand that is there stays as it is.
local function park(errand)
  local key = 'errand:' .. errand.id
  if redis.call('EXISTS', key) == 1 then return false end
  redis.call('HSET', key, 'person', errand.person, 'draft', errand.draft, 'kind', errand.kind,
    'payload', errand.payload, 'reply_to', errand.reply_to, 'attempts', 0)
  return true
end

local function add_errand(errand)
  if park(errand) then redis.call('ZADD', 'errands', errand.due, errand.id) end
end

local function finish_errand(id)
  redis.call('ZREM', 'errands', id)
  return redis.call('DEL', 'errand:' .. id)
end
