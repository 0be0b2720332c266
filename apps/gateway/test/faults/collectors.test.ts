import {
  type OtlpReply,
  type OtlpResponder,
  type OtlpSink,
  partialSuccessBody,
  startOtlpSink,
} from '@dcc-mcp/test-kit/otlp-sink';
// The gateway under load in front of a collector that is dead, hangs, refuses or keeps only a part.
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { setTimeout as wait } from 'node:timers/promises';
import { findSlug, type Json } from '../fixtures/callers.ts';
import { scrape } from '../fixtures/exposition.ts';
import { type GatewayProcess, startGatewayProcess } from '../fixtures/start-gateway.ts';
import { type ScriptedServer, startScriptedServer } from '../tracing/scripted-server.ts';
import { readSpanAccount, type SpanAccount, statesOf } from './collector-account.ts';

const QUEUE = 32;
const BATCH = 16;
/** Flushing may take 5 s (run-gateway); the rest is the end of the process on a busy machine. */
const STOP_BOUND_MILLIS = 8_000;

const PARTIAL: OtlpReply = {
  status: 200,
  headers: { 'content-type': 'application/x-protobuf' },
  body: partialSuccessBody(1, 'attribute too long'),
};

interface Collector {
  readonly what: string;
  /** Absent: nobody listens. */
  readonly respond?: OtlpResponder;
  readonly state: string;
  readonly reason: string;
  /** The least number of spans that find the queue full; only who keeps a batch for long makes that happen. */
  readonly leastQueueFull: number;
  /** The word by which the failed exports are counted. */
  readonly cause: string;
}

const COLLECTORS: readonly Collector[] = [
  {
    what: 'is dead',
    state: 'failing: connection_refused',
    reason: 'export_failed',
    cause: 'connection_refused',
    leastQueueFull: 0,
  },
  {
    what: 'hangs',
    respond: () => 'hang',
    state: 'failing: timeout',
    reason: 'export_failed',
    cause: 'timeout',
    leastQueueFull: 1,
  },
  {
    what: 'answers 503',
    respond: () => ({ status: 503 }),
    state: 'failing: unavailable',
    reason: 'export_failed',
    cause: 'unavailable',
    leastQueueFull: 0,
  },
  {
    what: 'keeps only a part',
    respond: () => PARTIAL,
    state: 'dropping: rejected',
    reason: 'rejected',
    cause: 'rejected',
    leastQueueFull: 0,
  },
];

let upstream: ScriptedServer;
let sink: OtlpSink | undefined;
let gateway: GatewayProcess;
let slug: string;

/** Starts the gateway; without `timeoutMillis` an export may take the 10 s of the specification. */
async function start(port: number, timeoutMillis?: number): Promise<void> {
  gateway = await startGatewayProcess({
    config: { mcpServers: { sound: { url: `${upstream.url}/ok_1` } } },
    args: ['--metrics'],
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
      ...(timeoutMillis === undefined ? {} : { OTEL_EXPORTER_OTLP_TIMEOUT: String(timeoutMillis) }),
      OTEL_METRICS_EXPORTER: 'none',
      OTEL_LOGS_EXPORTER: 'none',
      OTEL_BSP_SCHEDULE_DELAY: '50',
      OTEL_BSP_MAX_QUEUE_SIZE: String(QUEUE),
      OTEL_BSP_MAX_EXPORT_BATCH_SIZE: String(BATCH),
    },
  });
  await gateway.ready();
  slug = await findSlug(gateway.url, 'sound', 'work');
}

/** Makes the collector answer with `respond`, or nobody listen. @returns Its port. */
async function spoil(respond: OtlpResponder | undefined): Promise<number> {
  const { port } = sink!;
  if (respond === undefined) {
    await sink!.close();
  } else {
    sink!.respondWith(respond);
  }
  return port;
}

async function call(): Promise<Json> {
  const body = JSON.stringify({ tool_slug: slug });
  return (await (await fetch(`${gateway.url}/v1/call`, { method: 'POST', body })).json()) as Json;
}

async function callMany(count: number): Promise<readonly Json[]> {
  const answers: Json[] = [];
  const client = async (): Promise<void> => {
    while (answers.length < count) {
      answers.push(await call());
    }
  };
  await Promise.all(Array.from({ length: 8 }, client));
  return answers;
}

async function account(): Promise<SpanAccount> {
  return readSpanAccount(await scrape(gateway.url));
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 10_000; Date.now() < deadline; await wait(50)) {
    if (await condition()) {
      return;
    }
  }
  throw new Error(`not within 10 s; stderr:\n${gateway.stderr()}`);
}

const isSettled = async (): Promise<boolean> => (await account()).waiting === 0;

async function readiness(): Promise<number> {
  return (await fetch(`${gateway.url}/readyz`)).status;
}

beforeEach(async () => {
  upstream = await startScriptedServer();
  sink = await startOtlpSink();
});

afterEach(async () => {
  await gateway.stop('SIGKILL');
  await sink?.close();
  upstream.close();
});

describe.each(COLLECTORS)('in front of a collector that $what', ({ respond, state, reason, cause, leastQueueFull }) => {
  test('calls are answered, every span is accounted for, and each change is said once', async () => {
    const port = await spoil(respond);
    await start(port, 500);
    await until(() => statesOf(gateway.stderr()).length > 0);

    const answers = await callMany(300);
    const underLoad = await account();
    expect(answers.filter(({ ok, output }) => ok !== true || output !== 'done')).toEqual([]);
    expect(await readiness()).toBe(200);
    expect(underLoad.waiting).toBeLessThanOrEqual(QUEUE + BATCH);

    await until(isSettled);
    const { started, exported, dropped, failed } = await account();
    const lost = Object.values(dropped).reduce((all, count) => all + count, 0);
    expect(started).toBeGreaterThanOrEqual(600);
    expect(exported + lost).toBe(started);
    expect(dropped[reason]).toBeGreaterThan(0);
    expect(dropped['queue_full'] ?? 0).toBeGreaterThanOrEqual(leastQueueFull);
    expect(failed).toEqual({ [cause]: dropped[reason] });
    expect(statesOf(gateway.stderr())).toEqual([state]);

    if (respond === undefined) {
      sink = await startOtlpSink({ port });
    } else {
      sink!.respondWith(undefined);
    }
    await call();
    await until(isSettled);
    expect(statesOf(gateway.stderr())).toEqual([state, 'ok']);
  }, 60_000);

  test('SIGTERM ends the gateway within its bound', async () => {
    await start(await spoil(respond));
    await callMany(50);
    const begin = performance.now();
    expect(await gateway.stop('SIGTERM')).toBe(0);
    expect(performance.now() - begin).toBeLessThan(STOP_BOUND_MILLIS);
  }, 60_000);
});

test('with a healthy collector, every answered call has left when SIGTERM has ended the gateway', async () => {
  await start(sink!.port);
  const answers = await callMany(12);
  expect(await gateway.stop('SIGTERM')).toBe(0);
  const received = sink!.spans().filter(({ name }) => name === 'gateway.call');
  expect(received).toHaveLength(answers.length);
  expect(new Set(received.map(({ traceId }) => traceId))).toEqual(new Set(answers.map((answer) => answer['trace_id'])));
  expect(statesOf(gateway.stderr())).toEqual(['ok']);
}, 60_000);
