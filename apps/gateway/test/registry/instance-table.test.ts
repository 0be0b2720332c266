// What the table makes of what several sources say of the same instances.
import type { ContentionEvent } from '@dcc-mcp/call-store';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Catalog } from '../../src/catalog/catalog.ts';
import { InstanceHistory } from '../../src/registry/events/instance-history.ts';
import { SessionOutputs } from '../../src/registry/events/session-outputs.ts';
import { type InstanceOffer, registeredSettings } from '../../src/registry/table/instance-offer.ts';
import { InstanceTable } from '../../src/registry/table/instance-table.ts';
import { LEAVES } from '../../src/registry/table/leave.ts';
import { Upstreams } from '../../src/registry/table/upstreams.ts';
import type { RegisteredFacts } from '../../src/upstream/upstream.ts';
import { type EchoServer, startEchoServer } from '../fixtures/echo-server.ts';
import { until } from '../upstream/fixtures/harness.ts';

const ID = '0a1b2c3d-0000-4000-8000-000000000000';
const PROBE_MILLIS = 20;

let server: EchoServer;
let table: InstanceTable;
let upstreams: Upstreams;
let events: ContentionEvent[];
let evictions: string[];
let history: InstanceHistory;
/** The ids of instances whose rows were told to have changed. */
let changed: string[];

beforeEach(async () => {
  server = await startEchoServer({ echo: { type: 'object' } });
  upstreams = new Upstreams(Date.now);
  history = new InstanceHistory(Date.now);
  events = [];
  evictions = [];
  changed = [];
  table = new InstanceTable({
    upstreams,
    governance: { quarantine: undefined },
    catalog: new Catalog(),
    history,
    outputs: new SessionOutputs(),
    events: {
      onToolsChanged() {},
      onInstanceChanged: (instanceId) => changed.push(instanceId),
      onContention: (event) => events.push(event),
      onOutput() {},
      onNotification() {},
    },
    metrics: {
      recordEviction: (reason: string) => evictions.push(reason),
      recordProbe() {},
      recordSession() {},
    } as never,
    version: '0',
    tap: undefined,
    log: () => {},
    now: Date.now,
    probeIntervalMillis: PROBE_MILLIS,
  });
});

afterEach(async () => {
  await table.close();
  server.close();
});

function offer(source: 'http' | 'file', facts: RegisteredFacts = {}, url = server.url): InstanceOffer {
  return { settings: registeredSettings({ source, instanceId: ID, dccType: 'maya', url }), facts };
}

const names = (): readonly string[] => events.map(({ event }) => event);

/** Without those of its start. */
const leaves = (): readonly string[] => names().filter((name) => !name.startsWith('probe_'));

describe('an instance that several sources have', () => {
  test('is one row, as the first of its sources has it', async () => {
    table.source('file').put(offer('file', { scene: 'of-file.ma' }));
    table.source('http').put(offer('http', { scene: 'of-http.ma' }));
    table.source('file').put(offer('file', { scene: 'later.ma' }));
    expect(upstreams.all().map(({ settings, status }) => [settings.source, status.scene])).toEqual([
      ['http', 'of-http.ma'],
    ]);
    expect(table.skipped()).toEqual([
      {
        source: 'file',
        dccType: 'maya',
        instanceId: ID,
        reason: 'the same instance is known from http, which counts before file',
      },
    ]);
  });

  test('goes on as the next source has it when the first one withdraws it, and leaves with the last', () => {
    const [http, file] = [table.source('http'), table.source('file')];
    file.put(offer('file'));
    http.put(offer('http'));
    http.withdraw(ID, LEAVES.deregistered(undefined));
    expect(upstreams.get(ID)?.settings.source).toBe('file');
    expect([leaves(), table.skipped()]).toEqual([[], []]);
    file.withdraw(ID, LEAVES.vanished('services.json'));
    file.withdraw(ID, LEAVES.vanished('services.json'));
    expect(upstreams.all()).toEqual([]);
    expect(leaves()).toEqual(['instance_exited']);
    expect(history.departed()).toMatchObject([{ instanceId: ID, reason: 'gone from services.json' }]);
  });
});

describe('an instance whose row is put again', () => {
  test('is told of where its row shows something else, and not for a later heartbeat', async () => {
    const http = table.source('http');
    http.put(offer('http', { scene: 'a.ma', heartbeatAt: 1 }));
    await until(() => upstreams.get(ID)?.status.readiness === 'ready');
    changed = [];
    http.put(offer('http', { scene: 'a.ma', heartbeatAt: 2 }));
    expect(changed).toEqual([]);
    http.put(offer('http', { scene: 'a.ma', heartbeatAt: 3, adapterVersion: '9' }));
    expect(changed).toEqual([ID]);
  });

  test('is told of though nobody connects it: one that is started by its first use, or disabled', () => {
    const file = table.source('file');
    const { settings } = offer('file');
    file.put({ settings: { ...settings, isLazy: true } });
    expect(changed).toEqual([ID]);
    file.put({ settings: { ...settings, isDisabled: true } });
    expect(changed).toEqual([ID, ID]);
  });

  test('goes on with other facts, and is connected anew with another address', () => {
    const http = table.source('http');
    http.put(offer('http', { scene: 'a.ma', heartbeatAt: 1 }));
    const first = upstreams.get(ID)!;
    http.put(offer('http', { scene: 'b.ma', heartbeatAt: 2 }));
    expect(upstreams.get(ID)).toBe(first);
    expect([first.status.scene, first.facts?.heartbeatAt]).toEqual(['b.ma', 2]);
    http.put(offer('http', {}, `${server.url}?other`));
    expect(upstreams.get(ID)).not.toBe(first);
    expect(leaves()).toEqual([]);
  });
});

describe('eviction', () => {
  test('ends a registered instance after three probes that failed, once, and tells its source', async () => {
    const told: string[] = [];
    table.source('http', (instanceId) => told.push(instanceId)).put(offer('http'));
    await until(() => upstreams.get(ID)?.status.readiness === 'ready');
    server.close();
    await until(() => upstreams.all().length === 0);
    expect(names()).toEqual(['probe_booting', 'probe_ready', 'probe_unreachable', 'instance_exited']);
    expect([evictions, told]).toEqual([['probe_fail'], [ID]]);
    expect(events.at(-1)).toMatchObject({ reason: expect.stringMatching(/^3 probes failed, the last one: .*refused/) });
  });

  test('keeps a row out that is still there, until its heartbeat is a later one', async () => {
    const file = table.source('file');
    const heartbeatAt = Date.now();
    file.put(offer('file', { heartbeatAt }, 'http://127.0.0.1:1/mcp'));
    await until(() => upstreams.all().length === 0);
    file.put(offer('file', { heartbeatAt }, 'http://127.0.0.1:1/mcp'));
    expect(upstreams.all()).toEqual([]);
    expect(table.skipped()).toMatchObject([
      { source: 'file', instanceId: ID, reason: expect.stringContaining('evicted') },
    ]);
    file.put(offer('file', { heartbeatAt: Date.now() + 1 }));
    expect(upstreams.get(ID)).toBeDefined();
    expect(table.skipped()).toEqual([]);
  });

  test('leaves an upstream of the configuration where it is', async () => {
    const settings = { ...offer('http', {}, 'http://127.0.0.1:1/mcp').settings, source: 'config' } as const;
    table.source('config').put({ settings });
    await until(() => (upstreams.get(ID)?.status.consecutiveFailures ?? 0) > 3);
    expect(upstreams.get(ID)?.status.readiness).toBe('unreachable');
    expect(evictions).toEqual([]);
  });
});

test('a silent instance is stale when it is late by its own word, too', () => {
  const http = table.source('http');
  upstreams.staleAfterMillis = 1_000;
  http.put(offer('http', { heartbeatAt: Date.now() - 2_000, ttlSecs: 30 }));
  expect([...upstreams.countByState().keys()]).toEqual(['booting']);
  http.put(offer('http', { heartbeatAt: Date.now() - 16_000, ttlSecs: 30 }));
  expect([...upstreams.countByState().keys()]).toEqual(['stale']);
});
