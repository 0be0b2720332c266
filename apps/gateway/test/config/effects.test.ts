// Every setting does what it says: a gateway that has it differs from one that does not, as a user of it would see.
import { afterAll, describe, expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readGatewayConfig } from '../../src/config/reader/read-gateway-config.ts';
import { TRACING_KEYS } from '../../src/config/reader/read-observability.ts';
import { SETTINGS } from '../../src/config/table/setting.ts';
import { OAUTH_KEYS, UPSTREAM_KEYS } from '../../src/config/upstreams/upstream-keys.ts';
import { runInProcess } from '../fixtures/run-in-process.ts';
import { ACCESS_EFFECTS, OBSERVABILITY_EFFECTS } from './effects/access-effects.ts';
import { FLAG_EFFECTS } from './effects/flag-effects.ts';
import { endHistory, type FlagEffect } from './effects/history-effects.ts';
import { type Effect, observe, SERVER, toFile } from './effects/lab.ts';
import { METRICS_EFFECTS } from './effects/metrics-effects.ts';
import { REDIS_EFFECTS } from './effects/redis-effects.ts';
import { REGISTRY_EFFECTS } from './effects/registry-effects.ts';
import { SERVER_EFFECTS } from './effects/server-effects.ts';
import { UPSTREAM_EFFECTS } from './effects/upstream-effects.ts';

const EFFECTS: Readonly<Record<string, Effect>> = {
  ...SERVER_EFFECTS,
  ...METRICS_EFFECTS,
  ...ACCESS_EFFECTS,
  ...REGISTRY_EFFECTS,
  ...REDIS_EFFECTS,
};

/** Where a setting is written: by its name as a variable where the file says it in other words. */
const WRITTEN_AS: Readonly<Record<string, string>> = { 'metrics.basicAuth': 'DCC_MCP_METRICS_BASIC_AUTH' };

describe('a setting of the table', () => {
  test('has its place among the effects, and nothing else has', () => {
    expect(Object.keys(EFFECTS).toSorted()).toEqual(SETTINGS.map(({ path }) => path).toSorted());
  });
});

/** As the value of a variable. */
function toText(path: string, value: unknown): string {
  if (path === 'server.admin') {
    return String(value !== true);
  }
  if (path === 'auth.tokens') {
    return (value as readonly { readonly token: string }[]).map(({ token }) => token).join(',');
  }
  if (Array.isArray(value)) {
    return value.join(',');
  }
  return typeof value === 'object' && value !== null
    ? Object.entries(value)
        .map((pair) => pair.join('='))
        .join(',')
    : String(value);
}

describe('a variable means what its key in the file means', () => {
  test.each(SETTINGS.flatMap(({ path, names }) => names.map((name) => [name, path] as const)))('%s', (name, path) => {
    const { base = {}, value: given } = EFFECTS[path]!;
    // Files and URLs are named by whoever writes them; here any name will do.
    const value = typeof given === 'function' ? 'http://127.0.0.1:1/file' : given;
    const others = typeof base === 'function' ? {} : base;
    const byFile = readGatewayConfig({}, toFile({ ...others, [path]: value }));
    const byVariable = readGatewayConfig({ [name]: toText(path, value) }, toFile(others));
    expect(byVariable.values).toEqual(byFile.values);
    expect(byVariable.values).not.toEqual(readGatewayConfig({}, toFile(others)).values);
  });
});

describe('a key of a server', () => {
  test('has its place among the effects, and nothing else has', () => {
    expect(Object.keys(UPSTREAM_EFFECTS).toSorted()).toEqual(Object.keys(UPSTREAM_KEYS).toSorted());
  });

  // They act on whoever signs in, at an authorization server: test/oauth.
  test.each(Object.keys(OAUTH_KEYS))('oauth.%s is tried where somebody signs in', (key) => {
    const folder = join(import.meta.dirname, '../oauth');
    const tests = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
    expect(tests.filter((text) => new RegExp(`\\b${key}\\b`).test(text))).not.toEqual([]);
  });
});

describe("a key of mcpproxy-go's block", () => {
  test('has its place among the effects, and nothing else has', () => {
    const keys = ['metrics.enabled', ...Object.keys(TRACING_KEYS).map((key) => `tracing.${key}`)];
    expect(Object.keys(OBSERVABILITY_EFFECTS).toSorted()).toEqual(keys.map((key) => `observability.${key}`).toSorted());
  });
});

/** By where they are written. */
const WRITTEN: ReadonlyMap<string, Effect> = new Map([
  ...Object.entries(EFFECTS).map(([path, effect]) => [WRITTEN_AS[path] ?? path, effect] as const),
  ...Object.entries(UPSTREAM_EFFECTS).map(([key, effect]) => [`${SERVER}.${key}`, effect] as const),
  ...Object.entries(OBSERVABILITY_EFFECTS),
]);

describe('a gateway is another one', () => {
  test.each([...WRITTEN.keys()])('with %s', async (path) => {
    const effect = WRITTEN.get(path)!;
    const { value, other } = effect;
    const looks = [value, other, other].map((each) => observe(path, effect, each));
    const [seen, otherwise, again] = await Promise.all(looks);
    // What differs by itself shows nothing of the setting.
    expect(again).toEqual(otherwise);
    expect(seen).not.toEqual(otherwise);
    expect(seen).not.toEqual(expect.stringContaining('refused: '));
  });
});

afterAll(endHistory);

describe.each(Object.keys(FLAG_EFFECTS))('a flag of %s', (command) => {
  const effects = FLAG_EFFECTS[command]!;

  test('has its place among the effects, and nothing else has', async () => {
    const { stderr } = await runInProcess([...command.split(' '), '--qqqqqqqqqqqqqqqqqqqq']);
    const known = /there are (--.*) \(see/.exec(stderr)?.[1]?.split(', ');
    expect(Object.keys(effects).toSorted()).toEqual(known?.toSorted());
  });

  test.each(Object.keys(effects))('%s shows', async (flag) => {
    const { observe: look, value }: FlagEffect = effects[flag]!;
    const given = value === undefined ? [flag] : [flag, value];
    const seen = await look(given);
    const [otherwise, again] = [await look([]), await look([])];
    expect(again).toEqual(otherwise);
    expect(seen).not.toEqual(otherwise);
  });
});

describe('a flag that would do nothing is refused', () => {
  test.each([
    ['tail --limit 5', 'tail takes no --limit; calls, traces, workflows, search-quality do'],
    ['tail --since 2026-01-01T00:00:00Z --q x', 'tail takes no --since; calls,'],
    ['traces 4bf92f3577b34da6a3ce929d0e0e4736 --q outcome=ok', 'shows one request, and takes no --q'],
    ['traces 4bf92f3577b34da6a3ce929d0e0e4736 --limit 1', 'shows one request, and takes no --limit'],
    ['traces 4bf92f3577b34da6a3ce929d0e0e4736 --newest', 'shows one request, and takes no --newest'],
    ['traces --newest --limit 2', 'traces --newest shows one request, and takes no --limit'],
    ['calls --newest', 'calls takes no --newest; traces does'],
    ['token verify x --username ada', 'token verify takes no --username; it checks a token'],
    ['token verify x --exp 5', 'takes no --exp'],
    ['token verify x --algo HS256', 'takes no --algo'],
    ['token create --username ada --token x', 'token create takes no --token'],
    ['doctor --origins', '--origins belongs to config print'],
    ['config schema --metrics', 'config schema takes no flag but --json'],
  ])('%s', async (line, said) => {
    const { code, stderr } = await runInProcess(line.split(' '));
    expect([code, stderr]).toEqual([2, expect.stringContaining(said)]);
  });
});
