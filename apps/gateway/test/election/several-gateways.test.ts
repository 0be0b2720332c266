// Real gateways on one port: who listens, what the others say, and who comes next.
import { type OtlpSink, startOtlpSink } from '@dcc-mcp/test-kit/otlp-sink';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type Json, findSlug } from '../fixtures/callers.ts';
import { type Contender, type Contest, openContest } from '../fixtures/contenders.ts';
import { startHeldServer } from '../fixtures/held-server.ts';
import { everything } from '../fixtures/servers.ts';

let contest: Contest;

beforeEach(async () => {
  contest = await openContest();
});

afterEach(() => contest.end());

const LISTENS = 'listening on';

const secretFile = (): string => join(contest.stateDir, `gateway-${contest.port}.secret`);

/** A gateway that has the port, and one that waits for it. */
async function winnerAndWaiting(options: Parameters<Contest['start']>[0] = {}): Promise<[Contender, Contender]> {
  const winner = contest.start(options);
  await winner.says(LISTENS);
  const waiting = contest.start({ ...options, args: [...(options.args ?? []), '--wait'] });
  await waiting.says('this one takes over when that one ends');
  return [winner, waiting];
}

/** Milliseconds until somebody on the port answers, from now on. */
async function millisUntilServed(): Promise<number> {
  const begin = performance.now();
  for (;;) {
    const answer = await fetch(`${contest.url}/v1/healthz`).catch(() => undefined);
    await answer?.arrayBuffer();
    if (answer?.status === 200) {
      return performance.now() - begin;
    }
    await wait(5);
  }
}

async function elections(): Promise<Readonly<Record<string, number>>> {
  const text = await (await fetch(`${contest.url}/metrics`)).text();
  const samples = text.matchAll(/^dcc_mcp_gateway_elections_total\{outcome="(\w+)"\} (\d+)$/gm);
  return Object.fromEntries([...samples].map(([, outcome = '', value]) => [outcome, Number(value)]));
}

async function eventNames(): Promise<readonly unknown[]> {
  const answer = await fetch(`${contest.url}/v1/debug/events?q=dcc_type=gateway`);
  const { events } = (await answer.json()) as { events: Json[] };
  return events.map(({ event }) => event);
}

function pushedElections(sink: OtlpSink): Readonly<Record<string, number>> {
  const points = sink
    .metrics()
    .filter(({ name }) => name === 'dcc_mcp.gateway.elections')
    .flatMap(({ dataPoints }) => dataPoints);
  return Object.fromEntries(points.map(({ attributes, value }) => [attributes['outcome'] as string, Number(value)]));
}

test.each([
  ['127.0.0.1', '0.0.0.0', '127.0.0.1'],
  ['127.0.0.1', '::', '127.0.0.1'],
  ['::1', '::', '[::1]'],
])(
  'a gateway on %s is found by one that stands for %s',
  async (first, second, named) => {
    const config = { mcpServers: {}, auth: { tokens: [{ token: 'a-token-of-this-test' }] } };
    const winner = contest.start({ config, args: ['--host', first] });
    await winner.says(LISTENS);
    const loser = contest.start({ config, args: ['--host', second] });
    expect({ code: await loser.ended(), stderr: loser.stderr() }).toEqual({
      code: 0,
      stderr: expect.stringContaining(`already runs on http://${named}:${contest.port},`),
    });
  },
  30_000,
);

test.each([2, 3, 8])(
  'of %d gateways started at once one listens, the others say where it is and end with 0',
  async (count) => {
    const all = Array.from({ length: count }, () => contest.start());
    const codes = await Promise.all(
      all.map((each) =>
        Promise.race([
          each.ended(),
          each.says(LISTENS).then(
            () => 'listens',
            () => each.ended(),
          ),
        ]),
      ),
    );
    expect(codes.filter((code) => code === 'listens')).toHaveLength(1);
    expect(codes.filter((code) => code === 0)).toHaveLength(count - 1);
    const losers = all.filter((_, index) => codes[index] === 0);
    for (const loser of losers) {
      expect(loser.stderr()).toMatch(`already runs on ${contest.url}`);
      expect(loser.stderr().trimEnd().split('\n')).toHaveLength(1);
      expect(loser.stdout()).toBe('');
    }
    expect((await fetch(`${contest.url}/v1/healthz`)).status).toBe(200);
  },
  60_000,
);

describe('a gateway that waits for the port', () => {
  test('has it less than a second after SIGTERM, and is told apart by its events and counters', async () => {
    const [winner, waiting] = await winnerAndWaiting({ args: ['--metrics'] });
    expect(await elections()).toEqual({ won: 1, yielded: 0, lost: 0 });
    winner.process.kill('SIGTERM');
    await waiting.says(LISTENS);
    expect(await winner.ended()).toBe(0);
    expect(await elections()).toEqual({ won: 1, yielded: 0, lost: 1 });
    expect(await eventNames()).toEqual(['election_won']);
  }, 30_000);

  test.each([
    ['SIGTERM', 1_000],
    ['SIGKILL', 2_000],
  ] as const)(
    'serves after %s to the one before in less than %d ms',
    async (signal, maxMillis) => {
      const [winner, waiting] = await winnerAndWaiting();
      const begin = performance.now();
      winner.process.kill(signal);
      await waiting.says(LISTENS);
      expect(performance.now() - begin).toBeLessThan(maxMillis);
      expect(await millisUntilServed()).toBeLessThan(500);
    },
    30_000,
  );

  test('is one of several: each has the port in turn', async () => {
    const winner = contest.start();
    await winner.says(LISTENS);
    const rest = [1, 2].map(() => contest.start({ args: ['--wait'] }));
    await Promise.all(rest.map((each) => each.says('this one takes over')));
    winner.process.kill('SIGTERM');
    const next = await Promise.race(rest.map(async (each) => each.says(LISTENS).then(() => each)));
    const last = rest.find((each) => each !== next)!;
    expect(last.stderr()).not.toContain(LISTENS);
    next.process.kill('SIGKILL');
    await last.says(LISTENS);
  }, 30_000);

  test('ends with 0 on SIGTERM, and its lost election has left', async () => {
    const sink = await startOtlpSink();
    const winner = contest.start();
    await winner.says(LISTENS);
    const waiting = contest.start({ args: ['--wait'], env: { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url } });
    await waiting.says('this one takes over');
    waiting.process.kill('SIGTERM');
    expect(await waiting.ended()).toBe(0);
    expect(pushedElections(sink)).toEqual({ won: 0, yielded: 0, lost: 1 });
    await sink.close();
  }, 30_000);

  test('takes over with what its file says by then', async () => {
    const [winner, waiting] = await winnerAndWaiting();
    waiting.configure({ mcpServers: { everything } });
    winner.process.kill('SIGTERM');
    await waiting.says('mcpServers taken over');
    expect(await findSlug(contest.url, 'everything', 'echo')).toContain('everything.');
  }, 30_000);

  test('goes on while the other one is stopped', async () => {
    const [winner, waiting] = await winnerAndWaiting();
    winner.process.kill('SIGSTOP');
    // It has tried several times by then.
    await wait(500);
    expect(waiting.process.exitCode).toBe(null);
    winner.process.kill('SIGKILL');
    await waiting.says(LISTENS);
  }, 30_000);
});

test('an election that is lost leaves with the last push', async () => {
  const sink = await startOtlpSink();
  const winner = contest.start();
  await winner.says(LISTENS);
  const loser = contest.start({ env: { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url } });
  expect(await loser.ended()).toBe(0);
  expect(pushedElections(sink)).toEqual({ won: 0, yielded: 0, lost: 1 });
  await sink.close();
}, 30_000);

test('no call that was answered is lost when the port changes hands under load', async () => {
  const audit = join(contest.stateDir, 'audit');
  const [winner, waiting] = await winnerAndWaiting({
    config: { mcpServers: { everything } },
    env: { DCC_MCP_GATEWAY_AUDIT_DIR: audit },
  });
  const slug = await findSlug(contest.url, 'everything', 'echo');
  const answered: string[] = [];
  const over = new AbortController();
  const clients = Array.from({ length: 4 }, async () => {
    while (!over.signal.aborted) {
      const answer = await fetch(`${contest.url}/v1/call`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ tool_slug: slug, arguments: { message: 'hi' } }),
      }).catch(() => undefined);
      const body = (await answer?.json().catch(() => undefined)) as Json | undefined;
      if (answer?.status === 200) {
        answered.push(String(body?.['request_id']));
      }
    }
  });
  while (answered.length < 100) {
    await wait(10);
  }
  winner.process.kill('SIGTERM');
  await waiting.says(LISTENS);
  const before = answered.length;
  while (answered.length < before + 20) {
    await wait(10);
  }
  over.abort();
  await Promise.all(clients);
  expect(await winner.ended()).toBe(0);
  waiting.process.kill('SIGTERM');
  expect(await waiting.ended()).toBe(0);
  const rows = readFileSync(join(audit, 'audit.jsonl'), 'utf8');
  expect(answered.filter((id) => !rows.includes(id))).toEqual([]);
}, 60_000);

describe('a newer version', () => {
  test('gets the port from the gateway of the same user, which finishes its calls and ends with 0', async () => {
    const sink = await startOtlpSink();
    const held = await startHeldServer();
    const config = { mcpServers: { held: { url: held.url } } };
    const [winner, waiting] = await winnerAndWaiting({ config, env: { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url } });
    expect(statSync(secretFile()).mode & 0o777).toBe(0o600);
    const slug = await findSlug(contest.url, 'held', 'held');
    const call = fetch(`${contest.url}/v1/call`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ tool_slug: slug }),
    });
    const running = await held.nextCall();
    const answer = await fetch(`${contest.url}/gateway/yield`, {
      method: 'POST',
      headers: { authorization: `Bearer ${readFileSync(secretFile(), 'utf8')}` },
      body: JSON.stringify({ challenger_version: '99.0.0', reason: 'a test' }),
    });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ ok: true, handoff: 'draining' });
    running.answer({ content: [] });
    expect(await (await call).json()).toMatchObject({ ok: true });
    expect(await winner.ended()).toBe(0);
    await waiting.says(LISTENS);
    held.close();
    expect(winner.stderr()).toContain('the port is given up to version 99.0.0: a test');
    expect(pushedElections(sink)).toEqual({ won: 1, yielded: 1, lost: 0 });
    await sink.close();
  }, 30_000);

  test('finds another secret at each gateway, and none where none runs', async () => {
    const first = contest.start();
    await first.says(LISTENS);
    const secret = readFileSync(secretFile(), 'utf8');
    first.process.kill('SIGTERM');
    await first.ended();
    expect(statSync(secretFile(), { throwIfNoEntry: false })).toBeUndefined();
    const second = contest.start();
    await second.says(LISTENS);
    expect(readFileSync(secretFile(), 'utf8')).not.toBe(secret);
  }, 30_000);
});
