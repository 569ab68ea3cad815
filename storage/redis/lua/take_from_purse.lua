-- name, rate a second, most, reserve, count, now: 0 when taken, else milliseconds to wait.
local key, rate, most = 'purse:' .. ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local reserve, count, now = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local purse = redis.call('HMGET', key, 'holds', 'at')
local holds, at = tonumber(purse[1] or most), tonumber(purse[2] or now)
if now > at then -- a clock that is behind fills nothing and takes nothing away
  holds = math.min(most, holds + (now - at) * rate / 1000)
  at = now
end
local missing = count + reserve - holds
if missing > 0 then return math.ceil(missing * 1000 / rate) end
redis.call('HSET', key, 'holds', tostring(holds - count), 'at', at)
redis.call('PEXPIRE', key, math.ceil(most * 1000 / rate) + 1000)
return 0
