import { parseConfigFile, substituteEnv, type Environment, type Reading } from '@dcc-mcp/telemetry-config';
import { readFileSync } from 'node:fs';
import type { GatewayConfig, GatewayFlags } from '../../src/config/reader/gateway-config.ts';
import { readGatewayConfig } from '../../src/config/reader/read-gateway-config.ts';
import type { VariableRow } from '../../src/config/reference/describe-variables.ts';

export const EXAMPLE: string = readFileSync(new URL('fixtures/gateway.yaml', import.meta.url), 'utf8');

/** Reads a YAML text as the gateway does: parsed, substituted, then joined with environment and flags. */
export function readYaml(text: string, env: Environment = {}, flags: GatewayFlags = {}): Reading<GatewayConfig> {
  const parsed = parseConfigFile(text, 'gateway.yaml');
  if (!parsed.ok) {
    throw new Error(JSON.stringify(parsed.issues));
  }
  return readGatewayConfig(env, substituteEnv(parsed.value, env).value, { flags });
}

/** Issues as `variable: problem`, the fatal ones with an exclamation mark in front. */
export function issuesOf(reading: Reading<unknown>): readonly string[] {
  return reading.issues.map(
    ({ variable, problem, severity }) => `${severity === 'fatal' ? '! ' : ''}${variable}: ${problem}`,
  );
}

/** The name of a row, with its further ones. */
export function namesOf({ name, olderNames }: VariableRow): readonly string[] {
  return [name, ...olderNames];
}
