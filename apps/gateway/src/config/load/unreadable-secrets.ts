import type { Issue, Reading } from '@dcc-mcp/telemetry-config';
import { codeOf } from '../../protocol/thrown-error.ts';
import type { GatewayConfig } from '../reader/gateway-config.ts';
import type { Secret } from '../table/table.ts';
import { secretReader } from './secret-reader.ts';

type Entry = readonly [setting: string, secret: Secret | undefined];

/** Files with the secrets of a guard that can't be read or hold none: named at start, all of them, not at the first request. */
export function unreadableSecrets({ values, origins }: Reading<GatewayConfig>): readonly Issue[] {
  const { metrics, auth } = values;
  const scrapers: readonly Entry[] = [
    ['metrics.basicAuth.password', metrics.basicAuth?.password],
    ['metrics.bearerToken', metrics.bearerToken],
    ['metrics.jwt.secret', metrics.jwt?.secret],
  ];
  const callers = auth.tokens.map(({ token }): Entry => ['auth.tokens', token]);
  const redis: readonly Entry[] = [
    ['redisUrl', values.redisUrl],
    ['redisPassword', values.redisPassword],
  ];
  const read = [...(metrics.enabled === true ? scrapers : []), ...callers, ...redis];
  return read.flatMap(([setting, secret]) => {
    const issue = readingIssue(secret);
    const variable = origins[setting]?.variable ?? setting;
    return issue === undefined ? [] : [{ variable, ...issue, severity: 'fatal' } as const];
  });
}

function readingIssue(secret: Secret | undefined): Pick<Issue, 'problem' | 'fix'> | undefined {
  if (secret === undefined || 'text' in secret) {
    return undefined;
  }
  try {
    const isEmpty = secretReader(secret)().trim() === '';
    return isEmpty ? { problem: `the file ${secret.file} is empty`, fix: 'write the secret into it' } : undefined;
  } catch (error) {
    const problem = `the file ${secret.file} can't be read (${codeOf(error)})`;
    return { problem, fix: 'correct the path, or let the gateway read the file' };
  }
}
