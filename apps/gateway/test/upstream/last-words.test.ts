// What a child said last is named where people look for the reason of its end.
import { afterEach, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { setTimeout as wait } from 'node:timers/promises';
import { Catalog } from '../../src/catalog/catalog.ts';
import { serverRow } from '../../src/cli/banner/server-row.ts';
import { InstanceHistory } from '../../src/registry/events/instance-history.ts';
import { SessionOutputs } from '../../src/registry/events/session-outputs.ts';
import { statusLine } from '../../src/registry/events/told-states.ts';
import { upstreamEvents } from '../../src/registry/events/upstream-events.ts';
import { LastWords } from '../../src/upstream/stdio/last-words.ts';
import { secretMask } from '../../src/upstream/stdio/secret-mask.ts';
import type { Upstream } from '../../src/upstream/upstream.ts';
import { findSlug, type Json } from '../fixtures/callers.ts';
import { type RunningGateway, startGateway } from '../fixtures/start-gateway.ts';
import { closeAll, connected, createHarness, failureOf, fakeStdio, node, until } from './fixtures/harness.ts';

let gateway: RunningGateway | undefined;

afterEach(async () => {
  await closeAll();
  await gateway?.stop();
  gateway = undefined;
});

describe('the last error of a child that ends at start', () => {
  test.each([
    [
      'says what it wrote',
      `console.error('API_KEY is not set'); process.exit(3)`,
      'exited with code 3: API_KEY is not set',
    ],
    [
      'joins its last lines',
      `console.error('one\\ntwo\\n\\nthree'); process.exit(3)`,
      'exited with code 3: one | two | three',
    ],
    [
      'is printable',
      `console.error('\\u001b[31mno\\u001b[0m\\rway\\u202e'); process.exit(3)`,
      String.raw`exited with code 3: no\rway\u202e`,
    ],
    [
      'has no credential that is known by its form',
      `console.error('login failed: password=hunter22'); process.exit(3)`,
      'exited with code 3: login failed: [redacted]',
    ],
    ['has a line without an end', `process.stderr.write('no end'); process.exit(3)`, 'exited with code 3: no end'],
    ['names a signal', `console.error('bad'); process.kill(process.pid, 'SIGKILL')`, 'ended by signal SIGKILL: bad'],
    ['says nothing where nothing was said', `process.exit(3)`, 'exited with code 3'],
  ])('%s', async (_what, program, lastError) => {
    const { upstream } = createHarness(node('-e', program));
    upstream.start();
    await until(() => upstream.status.consecutiveFailures > 0);
    expect(upstream.status.lastError).toBe(lastError);
  });

  test('holds the message of an exception, not its stack', async () => {
    const { upstream } = createHarness(node('-e', `require('./no-such-module')`));
    upstream.start();
    await until(() => upstream.status.consecutiveFailures > 0);
    expect(upstream.status.lastError).toContain("Error: Cannot find module './no-such-module'");
    expect(upstream.status.lastError).not.toMatch(/ at /);
  });

  test('is bounded, however much was said', async () => {
    const { upstream } = createHarness(
      node('-e', `process.stderr.write('x'.repeat(1e7) + '\\nlast', () => process.exit(3))`),
    );
    upstream.start();
    await until(() => upstream.status.consecutiveFailures > 0);
    expect(upstream.status.lastError!.length).toBeLessThanOrEqual(500);
    expect(upstream.status.lastError).toMatch(/last$/);
  });
});

test('a call that the child dies of ends with its words, and secrets of its settings are masked', async () => {
  const harness = await connected(fakeStdio('legacy', { FAKE_TOKEN: 'hunter2' }));
  const failure = failureOf(await harness.call('throw'));
  expect(failure).toMatchObject({ kind: 'host-died', message: expect.stringContaining('no such scene, token ***') });
  expect(harness.upstream.status.lastError).toContain('no such scene, token ***');
});

test('they stand in the 502, in /v1/instances and on the terminal, there once', async () => {
  const program = `console.error('process ' + process.pid + ': no licence for s3cret'); process.exit(3)`;
  gateway = await startGateway({
    config: {
      mcpServers: {
        dead: { command: process.execPath, args: ['-e', program], env: { LICENCE_KEY: 's3cret' } },
        lazy: { command: process.execPath, args: ['-e', program], env: { LICENCE_KEY: 's3cret' }, lazy: true },
        fake: { ...(fakeStdio('legacy', { FAKE_TOKEN: 'hunter2' }) as object), type: 'stdio' },
      },
    },
  });
  await gateway.ready();
  const rows = async (): Promise<readonly Json[]> => {
    const body = (await (await fetch(`${gateway!.url}/v1/instances`)).json()) as { instances: readonly Json[] };
    return body.instances;
  };
  for (let failures = 0; failures < 2; await wait(20)) {
    failures = Number((await rows()).find(({ name }) => name === 'dead')?.['consecutive_failures']);
  }
  const dead = (await rows()).find(({ name }) => name === 'dead');
  expect(dead?.['last_error']).toMatch(/^exited with code 3: process \d+: no licence for \*\*\*$/);
  expect(
    gateway.stderr().match(/upstream dead is unreachable: exited with code 3: process \d+: no licence/g),
  ).toHaveLength(1);
  const answer = await fetch(`${gateway.url}/v1/call`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ tool_slug: await findSlug(gateway.url, 'fake', 'throw'), arguments: {} }),
  });
  expect(answer.status).toBe(502);
  expect(JSON.stringify(await answer.json())).toContain('no such scene, token ***');
  expect(gateway.stderr()).not.toMatch(/s3cret|hunter2/);
});

test.each([
  ['an HTTP status', ['HTTP 401: try 1', 'HTTP 401: try 2', 'HTTP 503: try 3'], ['HTTP 401: try 1', 'HTTP 503: try 3']],
  ['how a child ended', ['exited with code 1', 'exited with code 3'], ['exited with code 1', 'exited with code 3']],
  [
    'no time, process or address',
    ['process 17 at 12:01', 'process 18 at 12:02', 'process 1f at 12:03'],
    ['process 17 at 12:01'],
  ],
])('news of an upstream that fails: %s', (_what, errors, told) => {
  const lines: string[] = [];
  const events = { onToolsChanged() {}, onInstanceChanged() {}, onContention() {}, onNotification() {}, onOutput() {} };
  const { onStatus } = upstreamEvents({
    catalog: new Catalog(),
    events,
    upstreams: { stateOf: () => 'unreachable', millisToStale: () => undefined },
    metrics: undefined,
    governance: { quarantine: undefined },
    outputs: new SessionOutputs(),
    history: new InstanceHistory(Date.now),
    log: (line) => void lines.push(line),
  });
  for (const lastError of errors) {
    const status = { readiness: 'unreachable', lastError, cutLists: {}, isCircuitOpen: false };
    onStatus?.({ settings: { key: 'far', instanceId: 'id', transport: { type: 'stdio' } }, status } as Upstream);
  }
  expect(lines).toEqual(told.map((why) => `upstream far is unreachable: ${why}`));
});

test.each([
  ['http://far:8765/mcp', 'connection refused', 'connection refused (http://far:8765)'],
  ['https://user:hunter2@far/s3cret/mcp?key=s3cret', 'no such host', 'no such host (https://far)'],
  ['http://far:1/mcp', 'it redirects to http://far:1/login', 'it redirects to http://far:1/login'],
])('of a server that is reached at %s its address is told, and nothing secret', (url, lastError, told) => {
  const settings = { key: 'far', instanceId: 'id', transport: { type: 'http', url, headers: {} } };
  const status = { readiness: 'unreachable', lastError, isCircuitOpen: false };
  const upstream = { settings, status } as unknown as Upstream;
  expect(statusLine(upstream)).toBe(`upstream far is unreachable: ${told}`);
  expect(serverRow(upstream).detail).toBe(told);
});

describe('secretMask', () => {
  const value = fc
    .string({ minLength: 6, maxLength: 30 })
    .filter((text) => text.trim().length >= 6 && !text.includes('*'));

  test('leaves no value of a variable in the text, as it is or encoded', () => {
    fc.assert(
      fc.property(value, fc.string(), (secret, around) => {
        const mask = secretMask({ command: 'x', env: { X: secret }, args: [] });
        const trimmed = secret.trim();
        for (const form of [trimmed, encodeURIComponent(trimmed), Buffer.from(trimmed).toString('base64')]) {
          expect(mask(`${around} ${form} ${around}`)).not.toContain(form.replace(/=+$/, ''));
        }
      }),
    );
  });

  test.each<[string, { env: Record<string, string>; args: string[] }, string[]]>([
    [
      'a value of five characters that is named like a secret',
      { env: { API_KEY: 'abcde' }, args: [] },
      ['abcde', '***'],
    ],
    ['a word that is no secret', { env: { MODE: 'debug' }, args: [] }, ['mode debug', 'mode debug']],
    ['each line of a key', { env: { PEM: 'line-one\nline-two' }, args: [] }, ['x line-two', 'x ***']],
    ['the longer of two', { env: { A: 'secret', B: 'secret-and-more' }, args: [] }, ['secret-and-more', '***']],
    ['an argument with =', { env: {}, args: ['--api-key=abc123'] }, ['key abc123', 'key ***']],
    ['an argument after its flag', { env: {}, args: ['--token', 'abc123'] }, ['token abc123', 'token ***']],
    [
      'other arguments',
      { env: {}, args: ['--port', '8080', '/srv/project'] },
      ['at /srv/project:8080', 'at /srv/project:8080'],
    ],
    ['signs of regular expressions', { env: { P: 'a.b*c(d)[e]' }, args: [] }, ['a.b*c(d)[e] axb', '*** axb']],
  ])('%s', (_what, settings, [text, masked]) => {
    expect(secretMask({ command: 'x', ...settings })(text!)).toBe(masked);
  });
});

test('LastWords stay within their bound, whatever comes', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 500 }), { maxLength: 30 }), (lines) => {
      const words = new LastWords((text) => text);
      lines.forEach((line) => words.add(line));
      expect(String(words).length).toBeLessThanOrEqual(420);
      expect(String(words)).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    }),
  );
});

test('a child that dies at start is started once for each try', async () => {
  const starts: number[] = [];
  const program = `console.error('started'); process.exit(1)`;
  const { upstream } = createHarness(
    node('-e', program),
    {},
    {
      random: () => 1,
      events: { onStderr: () => void starts.push(Date.now()) },
    },
  );
  upstream.start();
  await until(() => upstream.status.consecutiveFailures >= 3, 10_000);
  expect(starts).toHaveLength(upstream.status.consecutiveFailures);
});
