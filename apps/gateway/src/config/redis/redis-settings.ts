import type { Issue, Reading } from '@dcc-mcp/telemetry-config';
import { secretReader } from '../load/secret-reader.ts';
import type { GatewayConfig } from '../reader/gateway-config.ts';
import { readRedisAddress, type RedisAddress } from './redis-address.ts';

/** Where several gateways share their state. */
export interface RedisSettings {
  /**
   * As the files with secrets say at the moment.
   *
   * @throws {Error} When a file holds what is no URL of Redis; the message repeats nothing of it.
   */
  readonly address: () => RedisAddress;
  /** Begins every key. */
  readonly keyPrefix: string;
}

type Part = Pick<GatewayConfig, 'redisUrl' | 'redisPassword' | 'redisKeyPrefix'>;

/** @returns `undefined` where none is named. @throws {Error} When a file with a secret can't be read. */
export function redisSettingsOf({ redisUrl, redisPassword, redisKeyPrefix }: Part): RedisSettings | undefined {
  if (redisUrl === undefined) {
    return undefined;
  }
  const readUrl = secretReader(redisUrl);
  const readPassword = redisPassword && secretReader(redisPassword);
  const address = (): RedisAddress => {
    const reading = readRedisAddress(readUrl());
    if (!reading.ok) {
      throw new Error(`DCC_MCP_REDIS_URL ${reading.problem}`);
    }
    const password = readPassword?.();
    return { ...reading.address, ...(password !== undefined && { password }) };
  };
  return { address, keyPrefix: redisKeyPrefix };
}

/** What is wrong with where Redis is said to be; files that can't be read are told elsewhere. */
export function redisIssues({ values, origins }: Reading<GatewayConfig>): readonly Issue[] {
  const variableOf = (setting: string): string => origins[setting]?.variable ?? setting;
  if (values.redisUrl === undefined) {
    const problem = 'it is set, and no Redis is named';
    const fix = 'name one by DCC_MCP_REDIS_URL';
    const issue: Issue = { variable: variableOf('redisPassword'), problem, fix, severity: 'warning' };
    return values.redisPassword === undefined ? [] : [issue];
  }
  const problem = problemOf(values);
  const fix = 'write redis://HOST:PORT, with rediss for TLS; docs/guides/redis.md has the other forms';
  return problem === undefined ? [] : [{ variable: variableOf('redisUrl'), problem, fix, severity: 'fatal' }];
}

function problemOf(values: GatewayConfig): string | undefined {
  try {
    const { redisUrl } = values;
    const reading = redisUrl && readRedisAddress(secretReader(redisUrl)());
    return reading?.ok === false ? reading.problem : undefined;
  } catch {
    return undefined;
  }
}
