import { openRedisLink } from '../../cluster/redis/link/open-redis-link.ts';
import type { RedisLink } from '../../cluster/redis/link/redis-link.ts';
import type { GatewayConfig } from '../../config/reader/gateway-config.ts';
import { toPlace } from '../../config/redis/redis-address.ts';
import { redisSettingsOf } from '../../config/redis/redis-settings.ts';
import { messageOf } from '../../protocol/thrown-error.ts';
import type { RedisCheck, RedisFailure } from './redis-check.ts';

/** Nobody waits for the doctor but a person. */
const DEADLINE = { deadlineMillis: 2_000 };
const MIN_VERSIONS = { redis: 7, valkey: 8 };

/** Joins the Redis that is named, writes one key that goes by itself, and asks what it is. @returns `undefined` where none is named. */
export async function checkRedis(config: GatewayConfig): Promise<RedisCheck | undefined> {
  let place = 'Redis';
  try {
    const settings = redisSettingsOf(config);
    if (settings === undefined) {
      return undefined;
    }
    place = toPlace(settings.address());
    const { link, tried } = openRedisLink({ ...settings, onChange: silent, onRefused: silent, onError: silent });
    await tried;
    const { isUp, reason = '' } = link.status();
    const check = isUp ? await look(link, place) : failed(place, explain(reason));
    link.close();
    return check;
  } catch (error) {
    const action = 'correct DCC_MCP_REDIS_URL or DCC_MCP_REDIS_PASSWORD';
    return failed(place, { cause: 'invalid_setting', message: messageOf(error), action });
  }
}

/** The report says it all. */
function silent(): void {}

type Explanation = Omit<RedisFailure, 'subject'>;

function failed(place: string, explanation: Explanation): RedisCheck {
  return { place, outcome: 'failed', problem: { ...explanation, subject: 'redisUrl' } };
}

const REASONS: readonly (readonly [words: RegExp, cause: RedisFailure['cause'], action: string])[] = [
  [/ECONNREFUSED/, 'connection_refused', 'start it, or correct host and port in DCC_MCP_REDIS_URL'],
  [/ENOTFOUND|EAI_AGAIN/, 'dns', 'correct the host in DCC_MCP_REDIS_URL'],
  [
    /WRONGPASS|NOAUTH|invalid username/i,
    'unauthorized',
    'correct user and password (DCC_MCP_REDIS_PASSWORD, DCC_MCP_REDIS_PASSWORD_FILE)',
  ],
  [/NOPERM/, 'unauthorized', 'allow the user the commands and keys that docs/guides/redis.md lists'],
  [
    /CERT|SSL|TLS|self.signed|wrong version number|EPROTO/i,
    'tls',
    'check rediss:// against what the server speaks, and name its authority by NODE_EXTRA_CA_CERTS',
  ],
  [
    /OOM|MISCONF|READONLY|LOADING|CLUSTERDOWN|MASTERDOWN|NOREPLICAS/,
    'not_writable',
    'give the server what it lacks, or name one that may be written to',
  ],
];

function explain(reason: string): Explanation {
  const [, cause, action] = REASONS.find(([words]) => words.test(reason)) ?? [];
  return {
    cause: cause ?? 'unreachable',
    message: reason,
    action:
      action ??
      'look whether it runs, whether this machine may reach it, and whether it speaks TLS: then it is rediss://, else redis://',
  };
}

async function look(link: RedisLink, place: string): Promise<RedisCheck> {
  let text: string;
  try {
    text = String(await link.send(['INFO'], DEADLINE));
  } catch (error) {
    return { place, outcome: 'ok', note: `it does not say what it is (${messageOf(error)})` };
  }
  const valueOf = (name: string): string | undefined => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(text)?.[1];
  const valkey = valueOf('valkey_version');
  const kind = valkey === undefined ? 'redis' : 'valkey';
  const number = valkey ?? valueOf('redis_version') ?? '0';
  const version = `${kind === 'redis' ? 'Redis' : 'Valkey'} ${number}`;
  if (Number.parseInt(number, 10) < MIN_VERSIONS[kind]) {
    const message = `it is ${version}, and the gateway needs Redis 7 or Valkey 8`;
    return { version, ...failed(place, { cause: 'too_old', message, action: 'use a newer one' }) };
  }
  const policy = valueOf('maxmemory_policy') ?? 'noeviction';
  const evicts = valueOf('maxmemory') !== '0' && policy !== 'noeviction';
  const note = `when its memory is full it drops keys (maxmemory-policy ${policy}), sessions among them: noeviction is right`;
  return { place, outcome: 'ok', version, ...(evicts && { note }) };
}
