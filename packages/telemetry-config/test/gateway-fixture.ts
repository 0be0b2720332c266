import { readFileSync } from 'node:fs';
import {
  parseConfigFile,
  readGatewayConfig,
  substituteEnv,
  type Environment,
  type GatewayConfig,
  type GatewayFlags,
  type Reading,
} from '../src/index.ts';

export const EXAMPLE: string = readFileSync(new URL('fixtures/gateway.yaml', import.meta.url), 'utf8');

/** Reads a YAML text as the gateway does: parsed, substituted, then joined with environment and flags. */
export function readYaml(text: string, env: Environment = {}, flags: GatewayFlags = {}): Reading<GatewayConfig> {
  const parsed = parseConfigFile(text, 'gateway.yaml');
  if (!parsed.ok) {
    throw new Error(JSON.stringify(parsed.issues));
  }
  return readGatewayConfig(env, substituteEnv(parsed.value, env).value, flags);
}

/** Issues as `variable: problem`, the fatal ones with an exclamation mark in front. */
export function issuesOf(reading: Reading<unknown>): readonly string[] {
  return reading.issues.map(
    ({ variable, problem, severity }) => `${severity === 'fatal' ? '! ' : ''}${variable}: ${problem}`,
  );
}
