// A place for a job is taken at once, over all gateways, and its end makes room at once.
import type { RedisScript } from '../link/redis-link.ts';
import { redisScript } from '../link/redis-script.ts';

// Keys, behind the prefix of KEYS[1]:
//   job:ID       hash: the record, and apart from it its result
//   open         sorted set of ids that are not over
//   leases       sorted set of the same ids by the time at which each counts as left, by the clock of Redis
//   owner:HASH   sorted set of the ids of one owner; UUIDs of version 7 are in the order of their making
//   finished     sorted set of "ID OWNER BYTES" by the order of their end
//   totals       hash: ends counted so far, and bytes of all results that are kept
const COMMON = `
local prefix = KEYS[1]
local function jobOf(id) return prefix .. 'job:' .. id end
local function clock()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end
local function keep(name, millis)
  if redis.call('PTTL', prefix .. name) < millis * 0.75 then redis.call('PEXPIRE', prefix .. name, math.floor(millis)) end
end
local function lease(id, owner, millis, ttl)
  redis.call('ZADD', prefix .. 'leases', clock() + millis, id)
  redis.call('PEXPIRE', jobOf(id), ttl)
  for _, name in ipairs({ 'open', 'leases', 'owner:' .. owner }) do keep(name, ttl * 2) end
end
local function forget(member)
  local id, owner, bytes = string.match(member, '^(%S+) (%S+) (%S+)$')
  redis.call('UNLINK', jobOf(id))
  redis.call('ZREM', prefix .. 'finished', member)
  redis.call('ZREM', prefix .. 'owner:' .. owner, id)
  -- Not the negative of it: that of 0 is -0, which Redis takes for no number.
  redis.call('HINCRBY', prefix .. 'totals', 'bytes', 0 - tonumber(bytes))
end
-- Finished jobs go that are past their time, or past the bounds; the one that ended first goes first.
local function trim(maxFinished, maxBytes, expired)
  while true do
    local members = redis.call('ZRANGE', prefix .. 'finished', 0, 99)
    if #members == 0 then return end
    for _, member in ipairs(members) do
      local finishedAt = redis.call('HGET', jobOf(string.match(member, '^%S+')), 'finishedAt')
      local bytes = tonumber(redis.call('HGET', prefix .. 'totals', 'bytes') or '0')
      local isKept = finishedAt and tonumber(finishedAt) > expired
      if isKept and redis.call('ZCARD', prefix .. 'finished') <= maxFinished and bytes <= maxBytes then return end
      forget(member)
    end
  end
end
`;

/**
 * ARGV: `create`, `write`, `put` or `left`; id, owner, most open, millis of a lease, ttl of an open job, ttl of a finished one,
 * when it has finished or nothing, bytes, most finished, most bytes, when those have finished that are to go, fields and
 * values. Gives 1 where it is written, 2 where it was over already, 0 where it is not there. `left` writes where nobody has
 * kept the lease.
 */
export const WRITE_JOB: RedisScript = redisScript(`${COMMON}
local mode, id, owner, finishedAt = ARGV[1], ARGV[2], ARGV[3], ARGV[8]
local isThere = redis.call('EXISTS', jobOf(id)) == 1
if mode == 'create' then
  if redis.call('ZCARD', prefix .. 'open') >= tonumber(ARGV[4]) then
    -- Those whose gateways have all been away for long are nobody's.
    for _, left in ipairs(redis.call('ZRANGEBYSCORE', prefix .. 'leases', '-inf', clock(), 'LIMIT', 0, 100)) do
      if redis.call('EXISTS', jobOf(left)) == 0 then
        redis.call('ZREM', prefix .. 'open', left)
        redis.call('ZREM', prefix .. 'leases', left)
      end
    end
    if redis.call('ZCARD', prefix .. 'open') >= tonumber(ARGV[4]) then return 0 end
  end
elseif mode ~= 'put' and not isThere then
  return 0
end
if mode == 'left' then
  local until_ = redis.call('ZSCORE', prefix .. 'leases', id)
  if not until_ or tonumber(until_) > clock() then return 0 end
end
local member = redis.call('HGET', jobOf(id), 'member')
-- What is over stays as it ended, whatever somebody says late.
if member then return 2 end
redis.call('DEL', jobOf(id))
for i = 13, #ARGV, 2 do redis.call('HSET', jobOf(id), ARGV[i], ARGV[i + 1]) end
redis.call('ZADD', prefix .. 'owner:' .. owner, 0, id)
if finishedAt == '' then
  redis.call('ZADD', prefix .. 'open', 0, id)
  lease(id, owner, tonumber(ARGV[5]), tonumber(ARGV[6]))
  return 1
end
redis.call('ZREM', prefix .. 'open', id)
redis.call('ZREM', prefix .. 'leases', id)
member = id .. ' ' .. owner .. ' ' .. ARGV[9]
redis.call('ZADD', prefix .. 'finished', redis.call('HINCRBY', prefix .. 'totals', 'ends', 1), member)
redis.call('HINCRBY', prefix .. 'totals', 'bytes', ARGV[9])
redis.call('HSET', jobOf(id), 'finishedAt', finishedAt, 'member', member)
redis.call('PEXPIRE', jobOf(id), ARGV[7])
for _, name in ipairs({ 'finished', 'totals', 'owner:' .. owner }) do keep(name, tonumber(ARGV[7]) * 2) end
trim(tonumber(ARGV[10]), tonumber(ARGV[11]), tonumber(ARGV[12]))
return 1
`);

/** ARGV: id, owner. */
export const REMOVE_JOB: RedisScript = redisScript(`${COMMON}
local member = redis.call('HGET', jobOf(ARGV[1]), 'member')
if member then return forget(member) end
redis.call('UNLINK', jobOf(ARGV[1]))
redis.call('ZREM', prefix .. 'open', ARGV[1])
redis.call('ZREM', prefix .. 'leases', ARGV[1])
redis.call('ZREM', prefix .. 'owner:' .. ARGV[2], ARGV[1])
`);

/** ARGV: most finished, most bytes, when those have finished that are to go. */
export const TRIM_JOBS: RedisScript = redisScript(`${COMMON}
trim(tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]))
`);

/** ARGV: millis of a lease, ttl of an open job, ids and owners. */
export const RENEW_JOBS: RedisScript = redisScript(`${COMMON}
for i = 3, #ARGV, 2 do
  if redis.call('ZSCORE', prefix .. 'open', ARGV[i]) then
    lease(ARGV[i], ARGV[i + 1], tonumber(ARGV[1]), tonumber(ARGV[2]))
  end
end
`);

/** ARGV: how many at most. Gives the ids of jobs that nobody has kept the lease of. */
export const LEFT_JOBS: RedisScript = redisScript(`${COMMON}
return redis.call('ZRANGEBYSCORE', prefix .. 'leases', '-inf', clock(), 'LIMIT', 0, tonumber(ARGV[1]))
`);
