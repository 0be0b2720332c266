// A list is written by one gateway at a time, on top of what it has read.
import type { RedisScript } from '../link/redis-link.ts';
import { redisScript } from '../link/redis-script.ts';

// Keys, behind the prefix of KEYS[1]:
//   list:ID    hash: what an upstream listed, and the revision of that
//   changes    sorted set of ids by the revision of their last change; of one that is forgotten, too
//   revision   counts the changes

/** ARGV: id, the revision that was read, URIs, prefixes, ttl, most lists. Gives the revision, or 0 where another one came first. */
export const WRITE_LIST: RedisScript = redisScript(`
local prefix, id = KEYS[1], ARGV[1]
local list = prefix .. 'list:' .. id
if (redis.call('HGET', list, 'revision') or '0') ~= ARGV[2] then return 0 end
local revision = redis.call('INCR', prefix .. 'revision')
redis.call('HSET', list, 'revision', revision, 'uris', ARGV[3], 'prefixes', ARGV[4])
redis.call('ZADD', prefix .. 'changes', revision, id)
if redis.call('ZCARD', prefix .. 'changes') > tonumber(ARGV[6]) then
  redis.call('UNLINK', prefix .. 'list:' .. redis.call('ZPOPMIN', prefix .. 'changes')[1])
end
for _, name in ipairs({ 'list:' .. id, 'changes', 'revision' }) do redis.call('PEXPIRE', prefix .. name, ARGV[5]) end
return revision
`);

/** ARGV: id. */
export const FORGET_LIST: RedisScript = redisScript(`
local prefix, id = KEYS[1], ARGV[1]
if redis.call('UNLINK', prefix .. 'list:' .. id) == 1 then
  redis.call('ZADD', prefix .. 'changes', redis.call('INCR', prefix .. 'revision'), id)
end
return 1
`);

/** ARGV: the revision from which on all is known, most lists. Gives the revision, and of each list its id, revision and keys. */
export const READ_LISTS: RedisScript = redisScript(`
local prefix = KEYS[1]
local reply = { redis.call('GET', prefix .. 'revision') or '0' }
local changed = redis.call('ZRANGEBYSCORE', prefix .. 'changes', '(' .. ARGV[1], '+inf', 'WITHSCORES', 'LIMIT', 0, tonumber(ARGV[2]))
for i = 1, #changed, 2 do
  local list = redis.call('HMGET', prefix .. 'list:' .. changed[i], 'uris', 'prefixes')
  table.insert(reply, { changed[i], changed[i + 1], list[1], list[2] })
end
return reply
`);
