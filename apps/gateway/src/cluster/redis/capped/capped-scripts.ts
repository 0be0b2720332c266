// A value takes the place of the oldest one at once, or there would be more than there may be.
import type { RedisScript } from '../link/redis-link.ts';
import { redisScript } from '../link/redis-script.ts';

// Keys, behind the prefix of KEYS[1]:
//   value:ID     hash: the value, its group, and when it came by the clock of Redis
//   order        sorted set of ids by the order of their coming
//   group:HASH   the same for each group
//   count        numbers them

/** ARGV: id, value, ttl, most of all, group or nothing, most of a group. Gives the value before. */
export const PUT_CAPPED: RedisScript = redisScript(`
local prefix, id, ttl, group = KEYS[1], ARGV[1], tonumber(ARGV[3]), ARGV[5]
local function forget(order)
  local first = redis.call('ZRANGE', order, 0, 0)[1]
  local of = redis.call('HGET', prefix .. 'value:' .. first, 'group')
  redis.call('DEL', prefix .. 'value:' .. first)
  redis.call('ZREM', order, first)
  redis.call('ZREM', prefix .. 'order', first)
  if of and of ~= '' then redis.call('ZREM', prefix .. 'group:' .. of, first) end
end
local before = redis.call('HGET', prefix .. 'value:' .. id, 'value')
local at = redis.call('INCR', prefix .. 'count')
redis.call('DEL', prefix .. 'value:' .. id)
local time = redis.call('TIME')
redis.call('HSET', prefix .. 'value:' .. id, 'value', ARGV[2], 'group', group, 'at', time[1] * 1000000 + time[2])
redis.call('ZADD', prefix .. 'order', at, id)
if group ~= '' then
  local order = prefix .. 'group:' .. group
  redis.call('ZADD', order, at, id)
  if redis.call('ZCARD', order) > tonumber(ARGV[6]) then forget(order) end
  redis.call('PEXPIRE', order, ttl)
end
if redis.call('ZCARD', prefix .. 'order') > tonumber(ARGV[4]) then forget(prefix .. 'order') end
for _, name in ipairs({ 'value:' .. id, 'order', 'count' }) do redis.call('PEXPIRE', prefix .. name, ttl) end
return before
`);

/** ARGV: ids, each with the milliseconds since it went: a value that has come since then stays. */
export const REMOVE_CAPPED: RedisScript = redisScript(`
local prefix = KEYS[1]
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
for i = 1, #ARGV, 2 do
  local id, ago = ARGV[i], ARGV[i + 1] * 1000
  local of = redis.call('HMGET', prefix .. 'value:' .. id, 'group', 'at')
  local group, at = of[1], of[2]
  if ago == 0 or not at or tonumber(at) <= now - ago then
    redis.call('DEL', prefix .. 'value:' .. id)
    redis.call('ZREM', prefix .. 'order', id)
    if group and group ~= '' then redis.call('ZREM', prefix .. 'group:' .. group, id) end
  end
end
return 1
`);

/** ARGV: id, a mark. Gives the value, and 1 where nobody has set the mark before. */
export const MARK_CAPPED: RedisScript = redisScript(`
local key = KEYS[1] .. 'value:' .. ARGV[1]
local value = redis.call('HGET', key, 'value')
if not value then return {} end
return { value, redis.call('HSETNX', key, ARGV[2], '1') }
`);
