// The gateway under load in front of a collector that is dead, hangs, refuses or keeps only a part.
import {
  type OtlpReply,
  type OtlpResponder,
  type OtlpSink,
  partialSuccessBody,
  startOtlpSink,
} from '@dcc-mcp/test-kit/otlp-sink';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
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

const toSpoiled = ({ respond }: Collector): { readonly respond?: OtlpResponder; readonly isAbsent: boolean } =>
  respond === undefined ? { isAbsent: true } : { respond, isAbsent: false };

/** A gateway in front of one sound upstream, and the collector it exports to. */
interface Stage {
  readonly gateway: GatewayProcess;
  readonly slug: string;
  readonly port: number;
  /** Absent: nobody listens. */
  readonly sink: OtlpSink | undefined;
}

let upstream: ScriptedServer;

beforeAll(async () => {
  upstream = await startScriptedServer();
});

afterAll(() => upstream.close());

/** Plays on a stage of its own and clears it; without `timeoutMillis` an export may take the 10 s of the specification. */
async function onStage<Result>(
  { respond, timeoutMillis, isAbsent = false }: { respond?: OtlpResponder; timeoutMillis?: number; isAbsent?: boolean },
  play: (stage: Stage) => Promise<Result>,
): Promise<Result> {
  const sink = await startOtlpSink();
  const { port } = sink;
  if (isAbsent) {
    await sink.close();
  }
  sink.respondWith(respond);
  const gateway = await startGatewayProcess({
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
  try {
    await gateway.ready();
    const slug = await findSlug(gateway.url, 'sound', 'work');
    return await play({ gateway, slug, port, sink: isAbsent ? undefined : sink });
  } finally {
    await gateway.stop('SIGKILL');
    if (!isAbsent) {
      await sink.close();
    }
  }
}

async function call({ gateway, slug }: Stage): Promise<Json> {
  const body = JSON.stringify({ tool_slug: slug });
  return (await (await fetch(`${gateway.url}/v1/call`, { method: 'POST', body })).json()) as Json;
}

async function callMany(stage: Stage, count: number): Promise<readonly Json[]> {
  const answers: Json[] = [];
  const client = async (): Promise<void> => {
    while (answers.length < count) {
      answers.push(await call(stage));
    }
  };
  await Promise.all(Array.from({ length: 8 }, client));
  return answers;
}

async function account({ gateway }: Stage): Promise<SpanAccount> {
  return readSpanAccount(await scrape(gateway.url));
}

async function until({ gateway }: Stage, condition: () => boolean | Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 10_000; Date.now() < deadline; await wait(50)) {
    if (await condition()) {
      return;
    }
  }
  throw new Error(`not within 10 s; stderr:\n${gateway.stderr()}`);
}

const untilSettled = (stage: Stage): Promise<void> => until(stage, async () => (await account(stage)).waiting === 0);

/** The collector works (again) for one call. */
async function recover(stage: Stage, settled: () => Promise<void>): Promise<void> {
  const revived = stage.sink === undefined ? await startOtlpSink({ port: stage.port }) : undefined;
  try {
    stage.sink?.respondWith(undefined);
    await call(stage);
    await settled();
  } finally {
    await revived?.close();
  }
}

async function expectAccounts(stage: Stage, { state, reason, cause, leastQueueFull }: Collector): Promise<void> {
  const { started, exported, dropped, failed } = await account(stage);
  const lost = Object.values(dropped).reduce((all, count) => all + count, 0);
  expect(started).toBeGreaterThanOrEqual(600);
  expect(exported + lost).toBe(started);
  expect(dropped[reason]).toBeGreaterThan(0);
  expect(dropped['queue_full'] ?? 0).toBeGreaterThanOrEqual(leastQueueFull);
  expect(failed).toEqual({ [cause]: dropped[reason] });
  expect(statesOf(stage.gateway.stderr())).toEqual([state]);
}

test.each(COLLECTORS)(
  'in front of a collector that $what, calls are answered, every span is accounted for, and each change is said once',
  (collector) =>
    onStage({ ...toSpoiled(collector), timeoutMillis: 500 }, async (stage) => {
      const { gateway } = stage;
      await until(stage, () => statesOf(gateway.stderr()).length > 0);

      const answers = await callMany(stage, 300);
      const underLoad = await account(stage);
      expect(answers.filter(({ ok, output }) => ok !== true || output !== 'done')).toEqual([]);
      expect((await fetch(`${gateway.url}/readyz`)).status).toBe(200);
      expect(underLoad.waiting).toBeLessThanOrEqual(QUEUE + BATCH);

      await untilSettled(stage);
      await expectAccounts(stage, collector);

      await recover(stage, () => untilSettled(stage));
      expect(statesOf(gateway.stderr())).toEqual([collector.state, 'ok']);
    }),
  60_000,
);

describe('SIGTERM ends the gateway within its bound, in front of a collector that', () => {
  const ends = new Map<string, { readonly code: number | null; readonly millis: number }>();

  async function end(collector: Collector): Promise<void> {
    await onStage(toSpoiled(collector), async (stage) => {
      await callMany(stage, 50);
      const begin = performance.now();
      const code = await stage.gateway.stop('SIGTERM');
      ends.set(collector.what, { code, millis: performance.now() - begin });
    });
  }

  // Who waits for a collector waits long, and idles: all of them at once take no longer than one.
  beforeAll(async () => {
    await Promise.all(COLLECTORS.map(end));
  }, 60_000);

  test.each(COLLECTORS)('$what', ({ what }) => {
    const { code, millis } = ends.get(what)!;
    expect(code).toBe(0);
    expect(millis).toBeLessThan(STOP_BOUND_MILLIS);
  });
});

test(
  'with a healthy collector, every answered call has left when SIGTERM has ended the gateway',
  () =>
    onStage({}, async (stage) => {
      const answers = await callMany(stage, 12);
      expect(await stage.gateway.stop('SIGTERM')).toBe(0);
      const received = stage.sink!.spans().filter(({ name }) => name === 'gateway.call');
      expect(received).toHaveLength(answers.length);
      const traces = new Set(answers.map((answer) => answer['trace_id']));
      expect(new Set(received.map(({ traceId }) => traceId))).toEqual(traces);
      expect(statesOf(stage.gateway.stderr())).toEqual(['ok']);
    }),
  60_000,
);
