-- window:<address>  message_left, message_until, tap_left, tap_until
-- A message opens 5 sends in 48 h; a menu tap, a follow or a scan opens 3 in a minute (wechat.md).

local function open_window(address, opens, now)
  local length = opens == 'message' and 48 * 3600000 or opens == 'tap' and 60000
  if not length then return end
  redis.call('HSET', 'window:' .. address, opens .. '_left', opens == 'message' and 5 or 3,
    opens .. '_until', now + length)
  redis.call('PEXPIRE', 'window:' .. address, 48 * 3600000)
end

-- What a tap opened first: it ends sooner.
local function send_through_window(address, now)
  for _, opens in ipairs({'tap', 'message'}) do
    local open = redis.call('HMGET', 'window:' .. address, opens .. '_left', opens .. '_until')
    if open[1] and tonumber(open[1]) > 0 and tonumber(open[2]) > tonumber(now) then
      redis.call('HINCRBY', 'window:' .. address, opens .. '_left', -1)
      return 1
    end
  end
  return 0
end
