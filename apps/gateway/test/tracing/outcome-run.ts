// Runs every ending at every way in, against one gateway per face, and keeps what each surface said.
import { type DecodedSpan, type OtlpSink, startOtlpSink } from '@dcc-mcp/test-kit/otlp-sink';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { scrape } from '../fixtures/exposition.ts';
import { startGateway } from '../fixtures/start-gateway.ts';
import { untilNoticed } from '../fixtures/until-noticed.ts';
import type { Ending } from './endings.ts';
import { openLegacy, openModern, type RawMcp } from './raw-mcp.ts';
import { type ScriptedServer, startScriptedServer } from './scripted-server.ts';
import type { Seen, WayIn } from './ways-in.ts';

export interface Cell {
  readonly ending: Ending;
  readonly way: WayIn;
  readonly key: string;
}

export interface Ran {
  readonly traceId: string;
  /** Absent where the caller had left. */
  readonly seen: Seen | undefined;
}

export interface OutcomeRun {
  readonly ran: ReadonlyMap<string, Ran>;
  readonly spans: readonly DecodedSpan[];
  readonly metrics: string;
}

interface Instance {
  readonly name: string;
  readonly instance_id: string;
  readonly instance_short: string;
  readonly status: string;
}

interface Stage {
  readonly url: string;
  readonly scripted: ScriptedServer;
  readonly legacy: RawMcp;
  readonly modern: RawMcp;
  readonly instances: ReadonlyMap<string, Instance>;
}

const hex = (bytes: number): string => randomBytes(bytes).toString('hex');
const BOOT_MILLIS = 20_000;

/** The cells of `endings` at `ways`; each has an upstream of its own, so that none meets what another left behind. */
export function toCells(endings: readonly Ending[], ways: readonly WayIn[]): readonly Cell[] {
  return endings.flatMap((ending) =>
    ways
      .filter((way) => ending.absent?.[way.name] === undefined)
      .map((way) => ({ ending, way, key: `${ending.script ?? ending.name}_${ending.name}_${way.name}` })),
  );
}

function toUpstream({ ending, key }: Cell, scripted: string, doomed: string, folder: string): object {
  if (ending.upstream === 'dying') {
    const args = [join(import.meta.dirname, 'dying-server.mjs'), join(folder, key), String(BOOT_MILLIS)];
    return { command: process.execPath, args };
  }
  if (ending.upstream === 'absent') {
    // Port 9 (discard) of this machine, where nothing listens.
    return { url: 'http://127.0.0.1:9/mcp' };
  }
  const url = `${ending.upstream === 'doomed' ? doomed : scripted}/${key}`;
  return { url, timeoutMs: 20_000, ...ending.config };
}

async function readInstances(url: string): Promise<ReadonlyMap<string, Instance>> {
  const answer = await fetch(`${url}/v1/instances`);
  const { instances } = (await answer.json()) as { readonly instances: readonly Instance[] };
  return new Map(instances.map((instance) => [instance.name, instance]));
}

function slugOf({ ending, key }: Cell, { instance_short: short }: Instance): string {
  const id = ending.slug === 'no-such-instance' ? '0badc0de' : short;
  return `${key}.${id}.${ending.slug === 'no-such-tool' ? 'nope' : 'work'}`;
}

/** @returns What resolves once that call has its answer, when the upstream is told to give it. */
async function callBefore({ ending, key }: Cell, { url, scripted }: Stage, slug: string): Promise<() => Promise<void>> {
  if (ending.before === undefined) {
    return () => Promise.resolve();
  }
  const body = JSON.stringify({ tool_slug: slug });
  const headers = { 'content-type': 'application/json' };
  const answer = fetch(`${url}/v1/call`, { method: 'POST', headers, body }).then((response) => response.text());
  await (ending.before.isBusy === true ? scripted.called(key) : answer);
  if (ending.upstream === 'dying') {
    await untilBooting(url, key);
  }
  return async () => void (await answer);
}

/** A host that has died is started again after a moment. */
async function untilBooting(url: string, key: string): Promise<void> {
  for (const deadline = Date.now() + 10_000; Date.now() < deadline; await wait(20)) {
    if ((await readInstances(url)).get(key)?.status === 'booting') {
      return;
    }
  }
}

/** Cancels or leaves as soon as the call has reached its upstream. */
async function act({ ending, way, key }: Cell, stage: Stage, id: string, leave: AbortController): Promise<void> {
  await stage.scripted.called(key);
  if (ending.act === 'leave' || way.name === 'modern') {
    leave.abort();
  } else {
    await stage.legacy.notify('notifications/cancelled', { requestId: id });
  }
  if (ending.act === 'leave') {
    await untilNoticed(stage.url);
    stage.scripted.release(key);
  }
}

async function runCell(cell: Cell, stage: Stage): Promise<Ran> {
  const { ending, way, key } = cell;
  const instance = stage.instances.get(key);
  if (instance === undefined) {
    throw new Error(`no instance ${key}`);
  }
  const slug = slugOf(cell, instance);
  const answerBefore = await callBefore(cell, stage, slug);
  const traceId = hex(16);
  const id = `c-${key}`;
  const leave = new AbortController();
  const isNobody = ending.slug === 'no-such-instance';
  const call = way.call({
    ...stage,
    slug,
    instanceId: isNobody ? '0badc0de-0000-4000-8000-000000000000' : instance.instance_id,
    arguments: { ...ending.arguments },
    traceparent: `00-${traceId}-${hex(8)}-01`,
    id,
    ...(ending.slug === 'none' ? { hasNoTool: true } : {}),
    ...(ending.act === undefined ? {} : { signal: leave.signal }),
  });
  const acted = ending.act === undefined ? undefined : act(cell, stage, id, leave);
  // Who has left or cancelled may get an answer or none.
  const seen = await (ending.act === undefined ? call : call.catch(() => undefined));
  await acted;
  stage.scripted.release(key);
  await answerBefore();
  return { traceId, seen: ending.act === undefined ? seen : undefined };
}

export interface RunOptions {
  readonly cells: readonly Cell[];
  readonly face: 'search' | 'all';
  readonly config?: object;
  /** Runs before any cell. */
  readonly prepare?: (url: string) => Promise<void>;
}

async function stageOf(url: string, scripted: ScriptedServer): Promise<Stage> {
  return {
    url,
    scripted,
    legacy: await openLegacy(url),
    modern: openModern(url),
    instances: await readInstances(url),
  };
}

async function spansOf(sink: OtlpSink, ran: ReadonlyMap<string, Ran>): Promise<readonly DecodedSpan[]> {
  const ids = [...ran.values()].map(({ traceId }) => traceId);
  const isDone = (all: readonly DecodedSpan[]): boolean => {
    const ended = new Set(all.filter(({ name }) => name === 'gateway.call').map(({ traceId }) => traceId));
    return ids.every((id) => ended.has(id));
  };
  // What is missing fails its own test, by name.
  await sink.waitForSpans(isDone, 15_000).catch(() => undefined);
  return sink.spans();
}

/** Starts everything, runs the cells, and stops everything. */
export async function runCells({ cells, face, config, prepare }: RunOptions): Promise<OutcomeRun> {
  const folder = mkdtempSync(join(tmpdir(), 'outcomes-'));
  const [sink, scripted, doomed] = await Promise.all([startOtlpSink(), startScriptedServer(), startScriptedServer()]);
  const upstreams = cells.map((cell) => [cell.key, toUpstream(cell, scripted.url, doomed.url, folder)]);
  const gateway = await startGateway({
    // With a second upstream, exposed names are slugs.
    config: { mcpServers: { ...Object.fromEntries(upstreams), other: { url: `${scripted.url}/ok_other` } }, ...config },
    enablePrometheus: true,
    env: { DCC_MCP_EXPOSE: face, OTEL_EXPORTER_OTLP_ENDPOINT: sink.url, OTEL_BSP_SCHEDULE_DELAY: '50' },
  });
  try {
    await gateway.ready();
    const stage = await stageOf(gateway.url, scripted);
    doomed.close();
    await untilNoticed(gateway.url);
    await prepare?.(gateway.url);
    const entries = await Promise.all(cells.map(async (cell) => [cell.key, await runCell(cell, stage)] as const));
    const ran = new Map(entries);
    const spans = await spansOf(sink, ran);
    return { ran, spans, metrics: await scrape(gateway.url) };
  } finally {
    await gateway.stop();
    scripted.close();
    await sink.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
