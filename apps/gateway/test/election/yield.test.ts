// Who may have the port of a gateway, and what is told when it is given up.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Json } from '../fixtures/callers.ts';
import { serveInProcess, type ServedInProcess } from '../fixtures/serve-in-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'yield-'));
const configFile = join(folder, 'gateway.json');
const stateDir = join(folder, 'state');
const NEWER = { challenger_version: '99.0.0', reason: 'a newer one was installed' };

async function start(config: object = {}): Promise<ServedInProcess> {
  writeFileSync(configFile, JSON.stringify({ mcpServers: {}, stateDir, ...config }));
  return serveInProcess(configFile, { reloadPollMillis: 60_000 });
}

const secretOf = ({ url }: { url: string }): string =>
  readFileSync(join(stateDir, `gateway-${new URL(url).port}.secret`), 'utf8');

async function yieldTo(url: string, authorization: string | undefined, body: unknown): Promise<[number, Json]> {
  const answer = await fetch(`${url}/gateway/yield`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(authorization === undefined ? {} : { authorization }) },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return [answer.status, (await answer.json()) as Json];
}

afterAll(() => rmSync(folder, { recursive: true }));

describe('a gateway keeps its port', () => {
  let gateway: ServedInProcess;
  const tokens = [
    { token: 'the-token-of-the-operator', name: 'ops' },
    { token: 'a-token-for-maya-alone-1', name: 'maya', dccTypes: ['maya'] },
  ];

  beforeAll(async () => {
    gateway = await start({ auth: { tokens } });
  });

  afterAll(() => gateway.stop());

  test.each([
    ['nobody', undefined],
    ['a wrong secret', 'Bearer wrong'],
    ['an empty secret', 'Bearer '],
    ['a token for some DCC types', 'Bearer a-token-for-maya-alone-1'],
    ['the secret by another scheme', 'Basic'],
    ['a secret with more behind it', 'more'],
  ])('from %s: 403, whatever the body', async (_who, authorization) => {
    const secret = secretOf(gateway);
    const sent =
      { Basic: `Basic ${Buffer.from(`u:${secret}`).toString('base64')}`, more: `Bearer ${secret}x` }[
        authorization ?? ''
      ] ?? authorization;
    for (const body of [NEWER, {}, 'no JSON', { challenger_version: '0.0.1' }]) {
      const [status, answer] = await yieldTo(gateway.url, sent, body);
      expect({ status, answer }).toMatchObject({ status: 403, answer: { error: { kind: 'forbidden' } } });
      expect(JSON.stringify(answer)).not.toContain(secret);
    }
  });

  test.each(['0.1.0', 'v0.1.0', '0.1', '0.0.9', '0.1.0-rc.1', '0.1.0+build.9', '0'])(
    'from version %s, which is not newer: 409',
    async (challenger_version) => {
      const [status, answer] = await yieldTo(gateway.url, `Bearer ${secretOf(gateway)}`, { challenger_version });
      expect(status).toBe(409);
      expect(answer).toMatchObject({ error: { kind: 'bad-request', message: expect.stringContaining('not newer') } });
    },
  );

  test.each([
    ['{}', 'challenger_version is required, a string'],
    ['{"challenger_version": 99}', 'challenger_version must be a string, got number'],
    ['{"challenger_version": "newest"}', 'challenger_version must be a version such as 1.2.3'],
    [`{"challenger_version": "${'9'.repeat(70)}"}`, 'challenger_version must be a version'],
    ['{"challenger_version": ""}', 'challenger_version must be a version'],
    ['{"challenger_version": "99.0.0", "reason": {}}', 'reason must be a string, got object'],
    [`{"challenger_version": "99.0.0", "reason": "${'x'.repeat(513)}"}`, 'reason must have at most 512 bytes'],
    ['{"challenger_version": "99.0.0", "raeson": "x"}', 'did you mean reason?'],
    ['["99.0.0"]', 'the body must be a JSON object, got array'],
    ['', 'The body is'],
    ['{"challenger_version": "99.0.0"', 'The body is'],
  ])('on the body %.60s: 400', async (body, message) => {
    const [status, answer] = await yieldTo(gateway.url, `Bearer ${secretOf(gateway)}`, body);
    expect({ status, message: String((answer['error'] as Json)['message']) }).toEqual({
      status: 400,
      message: expect.stringContaining(message),
    });
  });

  test('on a body that is too large: 413', async () => {
    const body = { ...NEWER, reason: 'x'.repeat(70_000) };
    expect(await yieldTo(gateway.url, `Bearer ${secretOf(gateway)}`, body)).toMatchObject([
      413,
      { error: { message: 'The body is larger than 65536 bytes', recommended_next_action: 'Send a smaller body.' } },
    ]);
  });

  test.each(['GET', 'PUT', 'DELETE'])('on %s: 405', async (method) => {
    const headers = { authorization: `Bearer ${secretOf(gateway)}` };
    const answer = await fetch(`${gateway.url}/gateway/yield`, { method, headers });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST']);
  });

  test('to a page of another site', async () => {
    const answer = await fetch(`${gateway.url}/gateway/yield`, {
      method: 'POST',
      headers: { authorization: `Bearer ${secretOf(gateway)}`, origin: 'https://evil.example' },
      body: JSON.stringify(NEWER),
    });
    expect(answer.status).toBe(403);
  });

  test('behind a secret that only its user can read', () => {
    const [name] = readdirSync(stateDir);
    expect(name).toBe(`gateway-${new URL(gateway.url).port}.secret`);
    expect(statSync(stateDir).mode & 0o777).toBe(0o700);
    expect(statSync(join(stateDir, name!)).mode & 0o777).toBe(0o600);
    expect(secretOf(gateway)).toMatch(/^[\w-]{43}$/);
  });

  test('after all of that', async () => {
    expect((await fetch(`${gateway.url}/v1/healthz`)).status).toBe(200);
    expect(gateway.stderr()).not.toContain('stopping');
  });
});

describe('a newer gateway is given the port', () => {
  test.each([
    ['by the secret', async (gateway: ServedInProcess) => secretOf(gateway)],
    ['by a token for every DCC type', async () => 'the-token-of-the-operator'],
  ])('%s', async (_by, proof) => {
    const gateway = await start({ auth: { tokens: [{ token: 'the-token-of-the-operator' }] } });
    const [status, answer] = await yieldTo(gateway.url, `Bearer ${await proof(gateway)}`, NEWER);
    expect(status).toBe(200);
    expect(answer).toMatchObject({ ok: true, handoff: 'draining', version: '0.1.0' });
    // It has stopped by itself, with the code of a good end.
    expect(await gateway.stop()).toBe(0);
    expect(gateway.stderr()).toContain('the port is given up to version 99.0.0: a newer one was installed');
    await expect(fetch(`${gateway.url}/v1/healthz`)).rejects.toThrow('fetch failed');
  });

  test('and those who listen to the events are told, before the streams end', async () => {
    const gateway = await start();
    const updated: string[] = [];
    const client = new Client({ name: 'yield-test', version: '1.0.0' }, { versionNegotiation: { mode: 'legacy' } });
    client.setNotificationHandler('notifications/resources/updated', ({ params }) => void updated.push(params.uri));
    await client.connect(new StreamableHTTPClientTransport(new URL(`${gateway.url}/mcp`)));
    await client.subscribeResource({ uri: 'resources://gateway/events' });
    const { contents } = await client.readResource({ uri: 'resources://gateway/events' });
    const lines = (contents[0] as { text: string }).text.split('\n').map((line) => JSON.parse(line) as Json);
    expect(lines).toEqual([
      {
        timestamp: expect.stringMatching(/Z$/),
        event: 'election_won',
        dcc_type: 'gateway',
        instance_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        reason: `it listens on ${gateway.url}`,
        severity: 'info',
      },
    ]);
    const stream = await openStream(`${gateway.url}/v1/debug/stream?kinds=events`);
    expect((await yieldTo(gateway.url, `Bearer ${secretOf(gateway)}`, NEWER))[0]).toBe(200);
    expect(await gateway.stop()).toBe(0);
    expect(updated).toEqual(['resources://gateway/events']);
    expect(await stream()).toMatch(
      /"event":"voluntary_yield",.*"reason":"to version 99\.0\.0: a newer one was installed"/,
    );
    await client.close();
  });

  test('once: whoever asks in the meantime changes nothing', async () => {
    const gateway = await start();
    const proof = `Bearer ${secretOf(gateway)}`;
    const answers = await Promise.allSettled([1, 2, 3].map(() => yieldTo(gateway.url, proof, NEWER)));
    expect(answers.some((answer) => answer.status === 'fulfilled' && answer.value[0] === 200)).toBe(true);
    expect(await gateway.stop()).toBe(0);
    expect(gateway.stderr().match(/the port is given up/g)).toHaveLength(1);
  });
});

/** Opens a stream and reads it from then on; what that gives waits until it ends or is cut. */
async function openStream(url: string): Promise<() => Promise<string>> {
  const { body } = await fetch(url);
  const text = readToEnd(body!);
  return () => text;
}

/** What has come and was not read when a stream is cut is lost to whoever reads it later. */
async function readToEnd(body: ReadableStream<Uint8Array>): Promise<string> {
  let text = '';
  try {
    for await (const chunk of body) {
      text += Buffer.from(chunk).toString();
    }
  } catch {
    // It is cut where it does not end by itself.
  }
  return text;
}
