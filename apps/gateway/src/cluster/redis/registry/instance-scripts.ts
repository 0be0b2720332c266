// Of two gateways that register one instance at once one is first, and the bound counts for all of them together.
import type { RedisScript } from '../link/redis-link.ts';
import { redisScript } from '../link/redis-script.ts';

// Keys, behind the prefix of KEYS[1]:
//   instance:ID  hash: what it said of itself, with its time to live
//   ends         sorted set of ids by the time at which each is overdue
const COMMON = `
local prefix, ends, now = KEYS[1], KEYS[1] .. 'ends', tonumber(ARGV[1])
local function rowOf(id) return prefix .. 'instance:' .. id end
local function read(id)
  return redis.call('HMGET', rowOf(id), 'said', 'owner', 'registeredAt', 'heartbeatAt', 'scene', 'fingerprint')
end
local function isLive(id)
  local ending = redis.call('ZSCORE', ends, id)
  return ending and tonumber(ending) > now and redis.call('EXISTS', rowOf(id)) == 1
end
-- Both live as long as the instance may be silent, and the list as long as the last of them.
local function live(id, heartbeatAt, millis)
  local left = math.max(1, heartbeatAt + millis - now)
  redis.call('ZADD', ends, heartbeatAt + millis, id)
  redis.call('PEXPIRE', rowOf(id), left)
  if redis.call('PTTL', ends) < left then redis.call('PEXPIRE', ends, left) end
end
`;

/**
 * ARGV: now, id, most instances, registeredAt, heartbeatAt, millis to live, URL, owner, what it says, scene, fingerprint.
 * Gives `added`, `updated`, `conflict` or `full`, and the row.
 */
export const REGISTER_INSTANCE: RedisScript = redisScript(`${COMMON}
local id, url, owner, registeredAt = ARGV[2], ARGV[7], ARGV[8], ARGV[4]
redis.call('ZREMRANGEBYSCORE', ends, '-inf', now)
local word = 'added'
if isLive(id) then
  local known = redis.call('HMGET', rowOf(id), 'url', 'owner', 'registeredAt', 'heartbeatAt')
  if known[1] ~= url and (owner == '' or owner ~= known[2]) then return { 'conflict', read(id) } end
  word, owner, registeredAt = 'updated', known[2], known[3]
  -- What is told later of an earlier time is no news.
  if tonumber(ARGV[5]) < now and tonumber(known[4]) > tonumber(ARGV[5]) then return { word, read(id) } end
elseif redis.call('ZCARD', ends) >= tonumber(ARGV[3]) then
  return { 'full' }
end
redis.call('DEL', rowOf(id))
redis.call('HSET', rowOf(id), 'said', ARGV[9], 'url', url, 'owner', owner, 'registeredAt', registeredAt,
  'heartbeatAt', ARGV[5], 'millis', ARGV[6], 'scene', ARGV[10], 'fingerprint', ARGV[11])
live(id, tonumber(ARGV[5]), tonumber(ARGV[6]))
return { word, read(id) }
`);

/** ARGV: now, id, fields and values that are news. Gives the row, or nothing. */
export const HEARTBEAT_INSTANCE: RedisScript = redisScript(`${COMMON}
local id = ARGV[2]
if not isLive(id) then return {} end
redis.call('HSET', rowOf(id), 'heartbeatAt', ARGV[1])
for i = 3, #ARGV, 2 do redis.call('HSET', rowOf(id), ARGV[i], ARGV[i + 1]) end
live(id, now, tonumber(redis.call('HGET', rowOf(id), 'millis')))
return read(id)
`);

/** ARGV: now, id, and the time after which it was not heard of where it is to go. Gives 1 where it was there. */
export const REMOVE_INSTANCE: RedisScript = redisScript(`${COMMON}
local id = ARGV[2]
local wasThere = isLive(id)
if wasThere and tonumber(redis.call('HGET', rowOf(id), 'heartbeatAt')) > tonumber(ARGV[3]) then return 0 end
redis.call('DEL', rowOf(id))
redis.call('ZREM', ends, id)
return wasThere and 1 or 0
`);

/** ARGV: now, how many at most, and ids, or none for all that live. Gives the rows of those that live. */
export const READ_INSTANCES: RedisScript = redisScript(`${COMMON}
local ids = { unpack(ARGV, 3) }
if #ids == 0 then
  ids = redis.call('ZRANGEBYSCORE', ends, '(' .. ARGV[1], '+inf', 'LIMIT', 0, tonumber(ARGV[2]))
end
local rows = {}
for _, id in ipairs(ids) do
  if isLive(id) then table.insert(rows, read(id)) end
end
return rows
`);
