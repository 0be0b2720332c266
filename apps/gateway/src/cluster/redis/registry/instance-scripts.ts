// Of two gateways that register one instance at once one is first, and the bound counts for all of them together.
import { FENCE } from '../janitor/fenced-lock.ts';
import type { RedisScript } from '../link/redis-link.ts';
import { redisScript } from '../link/redis-script.ts';

// Keys, behind the prefix of KEYS[1]:
//   instance:ID  hash: what it said of itself, with its time to live
//   ends         sorted set of ids by the time at which each is overdue
//   changes      sorted set of ids by the number of their last change; of those that have gone, too
//   change       numbers the changes
//   left:ID      how one has left that was taken out, for an hour
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
-- Whoever has read all until then reads only what has changed since. Who went long ago is forgotten first.
local function changed(id)
  redis.call('ZADD', prefix .. 'changes', redis.call('INCR', prefix .. 'change'), id)
  if redis.call('ZCARD', prefix .. 'changes') > 5000 then redis.call('ZPOPMIN', prefix .. 'changes') end
  for _, name in ipairs({ 'changes', 'change' }) do redis.call('PEXPIRE', prefix .. name, 172800000) end
end
-- Both live as long as the instance may be silent, and the list as long as the last of them.
local function live(id, heartbeatAt, millis)
  local left = math.max(1, heartbeatAt + millis - now)
  redis.call('ZADD', ends, heartbeatAt + millis, id)
  redis.call('PEXPIRE', rowOf(id), left)
  if redis.call('PTTL', ends) < left then redis.call('PEXPIRE', ends, left) end
  changed(id)
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
redis.call('DEL', rowOf(id), prefix .. 'left:' .. id)
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

const REMOVE = `
local id = ARGV[2]
local wasThere = isLive(id)
if wasThere and tonumber(redis.call('HGET', rowOf(id), 'heartbeatAt')) > tonumber(ARGV[3]) then return 0 end
redis.call('DEL', rowOf(id))
redis.call('ZREM', ends, id)
if wasThere then changed(id) end
if wasThere and ARGV[4] ~= '' then redis.call('SET', prefix .. 'left:' .. id, ARGV[4], 'PX', ARGV[5]) end
return wasThere and 1 or 0
`;

/**
 * ARGV: now, id, the time after which it was not heard of where it is to go, how it leaves or nothing, and for how many
 * milliseconds that is known. Gives 1 where it was there.
 */
export const REMOVE_INSTANCE: RedisScript = redisScript(`${COMMON}${REMOVE}`);

/** The same of the janitor, whose token is the last of ARGV. Gives -1 where it is the janitor no more. */
export const EVICT_INSTANCE: RedisScript = redisScript(`${FENCE}${COMMON}${REMOVE}`);

/** ARGV: now, how many at most, the token of the janitor. Takes out what is overdue; gives how many, or -1 as above. */
export const SWEEP_INSTANCES: RedisScript = redisScript(`${FENCE}${COMMON}
local overdue = redis.call('ZRANGEBYSCORE', ends, '-inf', ARGV[1], 'LIMIT', 0, tonumber(ARGV[2]))
for _, id in ipairs(overdue) do
  redis.call('DEL', rowOf(id))
  redis.call('ZREM', ends, id)
  changed(id)
end
return #overdue
`);

/** ARGV: now, id. Gives the row, or nothing. */
export const READ_INSTANCE: RedisScript = redisScript(`${COMMON}
return isLive(ARGV[2]) and read(ARGV[2]) or {}
`);

/**
 * ARGV: now, the number of the change until which all is known, how many at most. Gives the number of the last change, and of
 * each instance that has changed its id, the number of that and its row, which is empty where it has gone.
 */
export const READ_CHANGES: RedisScript = redisScript(`${COMMON}
local reply = { redis.call('GET', prefix .. 'change') or '0' }
local ids = redis.call('ZRANGEBYSCORE', prefix .. 'changes', '(' .. ARGV[2], '+inf', 'WITHSCORES', 'LIMIT', 0, tonumber(ARGV[3]))
for i = 1, #ids, 2 do
  table.insert(reply, { ids[i], ids[i + 1], isLive(ids[i]) and read(ids[i]) or {} })
end
return reply
`);
