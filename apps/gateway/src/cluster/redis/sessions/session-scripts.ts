// Sessions change at once, or several gateways would take one place twice, and count one end twice.
import type { RedisScript } from '../link/redis-link.ts';
import { redisScript } from '../link/redis-script.ts';

// Keys, behind the prefix of KEYS[1]:
//   record:ID      hash: the session, and a field `uri:URI` for each that it listens to
//   order          sorted set of ids: who gives way first (those that nobody has used, below zero, then as they were used)
//   share:HASH     the same for each share
//   times          sorted set of ids by last use
//   subscriptions  sorted set of URI NUL ID
//   count          numbers the uses
const COMMON = `
local prefix = KEYS[1]
local function recordOf(id) return prefix .. 'record:' .. id end
local function keep(name, millis)
  if redis.call('PTTL', prefix .. name) < millis * 0.75 then redis.call('PEXPIRE', prefix .. name, math.floor(millis)) end
end
-- Removes a session, and tells every gateway; its fields, or nothing.
local function take(id, notice)
  local fields = redis.call('HGETALL', recordOf(id))
  redis.call('ZREM', prefix .. 'order', id)
  redis.call('ZREM', prefix .. 'times', id)
  for i = 1, #fields, 2 do
    if fields[i] == 'share' then
      redis.call('ZREM', prefix .. 'share:' .. fields[i + 1], id)
    elseif string.sub(fields[i], 1, 4) == 'uri:' then
      redis.call('ZREM', prefix .. 'subscriptions', string.sub(fields[i], 5) .. '\\0' .. id)
    end
  end
  if #fields > 0 then
    redis.call('DEL', recordOf(id))
    if notice ~= '' then redis.call('PUBLISH', notice, 'ended ' .. id) end
  end
  return fields
end
local function note(id, share, isUsed, at)
  local score = redis.call('INCR', prefix .. 'count')
  if not isUsed then score = score - 4e15 end
  redis.call('ZADD', prefix .. 'order', score, id)
  redis.call('ZADD', prefix .. 'share:' .. share, score, id)
  redis.call('ZADD', prefix .. 'times', at, id)
end
`;

/**
 * ARGV: channel, id, share, maxSessions, maxPerShare, inUseSince, ttl, isUsed, lastUsedAt, fields and values.
 * Gives `ok` and the fields of each session that gave way, or `share` or `table`: what is full.
 */
export const ADD_SESSION: RedisScript = redisScript(`${COMMON}
local notice, id, share, inUseSince = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[6])
local ended = { 'ok' }
-- The first of an order gives way, unless it is in use. Ids whose session has run out of time are none.
local function makeRoom(order, max)
  while redis.call('ZCARD', order) >= max do
    local first = redis.call('ZRANGE', order, 0, 0, 'WITHSCORES')
    local usedAt = redis.call('HGET', recordOf(first[1]), 'lastUsedAt')
    if usedAt and tonumber(first[2]) > 0 and tonumber(usedAt) > inUseSince then return false end
    redis.call('ZREM', order, first[1])
    local fields = take(first[1], notice)
    if #fields > 0 then table.insert(ended, fields) end
  end
  return true
end
if redis.call('EXISTS', recordOf(id)) == 1 then take(id, '') end
if not makeRoom(prefix .. 'share:' .. share, tonumber(ARGV[5])) then return { 'share' } end
if not makeRoom(prefix .. 'order', tonumber(ARGV[4])) then return { 'table' } end
redis.call('HSET', recordOf(id), 'share', share, 'isUsed', ARGV[8], 'lastUsedAt', ARGV[9])
redis.call('PEXPIRE', recordOf(id), ARGV[7])
note(id, share, ARGV[8] == '1', tonumber(ARGV[9]))
for i = 10, #ARGV, 2 do
  redis.call('HSET', recordOf(id), ARGV[i], ARGV[i + 1])
  if string.sub(ARGV[i], 1, 4) == 'uri:' then
    redis.call('ZADD', prefix .. 'subscriptions', 0, string.sub(ARGV[i], 5) .. '\\0' .. id)
  end
end
local ttl = tonumber(ARGV[7]) * 2
keep('order', ttl)
keep('times', ttl)
keep('count', ttl)
keep('subscriptions', ttl)
keep('share:' .. share, ttl)
return ended
`);

/**
 * ARGV: id, principal, time or nothing, ttl. Gives the epoch, then `none`, `other` where the session is somebody else's, or
 * its fields; where a time is given it is noted as a use.
 */
export const READ_SESSION: RedisScript = redisScript(`${COMMON}
local id, at = ARGV[1], tonumber(ARGV[3])
local epoch = redis.call('GET', prefix .. 'epoch')
local known = redis.call('HMGET', recordOf(id), 'principal', 'share', 'isUsed', 'lastUsedAt')
if not known[2] then return { epoch, 'none' } end
if known[1] ~= ARGV[2] then return { epoch, 'other' } end
if at and (known[3] ~= '1' or at - tonumber(known[4]) >= 1000) then
  redis.call('HSET', recordOf(id), 'isUsed', '1', 'lastUsedAt', ARGV[3])
  redis.call('PEXPIRE', recordOf(id), ARGV[4])
  note(id, known[2], true, at)
  keep('share:' .. known[2], tonumber(ARGV[4]) * 2)
end
return { epoch, redis.call('HGETALL', recordOf(id)) }
`);

/** ARGV: channel, id, who says so, field, value. */
export const SET_SESSION_FIELD: RedisScript = redisScript(`${COMMON}
if redis.call('EXISTS', recordOf(ARGV[2])) == 0 then return 0 end
redis.call('HSET', recordOf(ARGV[2]), ARGV[4], ARGV[5])
redis.call('PUBLISH', ARGV[1], 'changed ' .. ARGV[2] .. ' ' .. ARGV[3])
return 1
`);

/** ARGV: channel, id, who says so, URI, its bytes, most bytes, ttl. Gives an outcome as the port has it. */
export const SUBSCRIBE_SESSION: RedisScript = redisScript(`${COMMON}
local record, field = recordOf(ARGV[2]), 'uri:' .. ARGV[4]
local bytes = redis.call('HGET', record, 'bytes')
if not bytes then return 'no-session' end
if redis.call('HEXISTS', record, field) == 1 then return 'known' end
if tonumber(bytes) + tonumber(ARGV[5]) > tonumber(ARGV[6]) then return 'full' end
redis.call('HSET', record, field, '', 'bytes', tonumber(bytes) + tonumber(ARGV[5]))
redis.call('ZADD', prefix .. 'subscriptions', 0, ARGV[4] .. '\\0' .. ARGV[2])
keep('subscriptions', tonumber(ARGV[7]) * 2)
redis.call('PUBLISH', ARGV[1], 'changed ' .. ARGV[2] .. ' ' .. ARGV[3])
return 'new'
`);

/** ARGV: channel, id, who says so, URI, its bytes. */
export const UNSUBSCRIBE_SESSION: RedisScript = redisScript(`${COMMON}
if redis.call('HDEL', recordOf(ARGV[2]), 'uri:' .. ARGV[4]) == 1 then
  redis.call('HINCRBY', recordOf(ARGV[2]), 'bytes', -tonumber(ARGV[5]))
  redis.call('ZREM', prefix .. 'subscriptions', ARGV[4] .. '\\0' .. ARGV[2])
  redis.call('PUBLISH', ARGV[1], 'changed ' .. ARGV[2] .. ' ' .. ARGV[3])
end
return 1
`);

/** ARGV: channel, id. Gives its fields, none where it was not there. */
export const END_SESSION: RedisScript = redisScript(`${COMMON}
return take(ARGV[2], ARGV[1])
`);

/** ARGV: channel, deadline, how many at most, ttl. Gives the fields of each; keeps what stands beside the sessions. */
export const END_IDLE_SESSIONS: RedisScript = redisScript(`${COMMON}
local ended = {}
for _, id in ipairs(redis.call('ZRANGEBYSCORE', prefix .. 'times', '-inf', ARGV[2], 'LIMIT', 0, tonumber(ARGV[3]))) do
  table.insert(ended, take(id, ARGV[1]))
end
for _, name in ipairs({ 'order', 'times', 'count', 'subscriptions' }) do keep(name, tonumber(ARGV[4]) * 2) end
return ended
`);
