import { newRowId } from '@dcc-mcp/call-store';
import { hash, randomUUID } from 'node:crypto';
import type { Catalog } from '../catalog/catalog.ts';
import type { GatewayConfig } from '../config/reader/gateway-config.ts';
import { Governance, type GovernanceOptions } from '../governance/governance.ts';
import { Jobs } from '../jobs/jobs.ts';
import type { OperationCore } from '../operations/frame/core.ts';
import type { GatewayMessages } from '../protocol/messages/gateway-messages.ts';
import { Recorder } from '../recording/record/recorder.ts';
import { loopNote } from '../recording/rows/loop-note.ts';
import { createQuarantine } from '../recording/rows/quarantine-notes.ts';
import type { RowSinkOptions } from '../recording/sinks/row-sink.ts';
import { type SinksOptions, createSinks } from '../recording/sinks/sinks.ts';
import type { GatewayInstruments } from '../recording/telemetry/gateway-instruments.ts';
import { createContextSettings, createGatewaySpans } from '../recording/telemetry/gateway-tracing.ts';
import type { InstanceHistory } from '../registry/events/instance-history.ts';
import { SessionOutputs } from '../registry/events/session-outputs.ts';
import { Upstreams } from '../registry/table/upstreams.ts';
import { ToolSearch } from '../search/tool-search.ts';
import type { SharingParts } from './gateway-parts.ts';
import type { Neighbours } from './neighbours.ts';

/** With what rows are kept in. */
type CoreParts = SharingParts &
  Pick<RowSinkOptions, 'store' | 'listed'> &
  Pick<SinksOptions, 'onError'> & {
    readonly history: InstanceHistory;
    readonly messages: GatewayMessages;
    readonly neighbours: Neighbours;
  };

/** What every operation works with. */
export function createCore(parts: CoreParts, catalog: Catalog, metrics: GatewayInstruments['metrics']): OperationCore {
  const { config, telemetry, capture, state, store, listed, history, log, onError } = parts;
  const { createQuotas, createLeases, searchMemory } = state;
  const newId = randomUUID;
  const rows = config.admin.history ? rowSinkOptions(config, { store, listed }) : undefined;
  const sinks = createSinks({ isTracing: telemetry.isTracing, metrics, searchMemory, log, rows, onError });
  const contextSettings = createContextSettings(config, telemetry);
  // Each process sees the same tools: what becomes of them is told by the one that starts the others.
  const notes =
    parts.role === 'worker' ? { metrics: undefined, store: undefined, log: () => {} } : { metrics, store, log };
  const quarantine = createQuarantine(state.approvals, notes);
  const kept = { createQuotas, createLeases, quarantine, ...toldLimits(parts) };
  const governance = new Governance(config, { ...kept, now: Date.now, newId, onError });
  const recorder = new Recorder(sinks, onError);
  return {
    catalog,
    toolSearch: new ToolSearch(catalog),
    upstreams: new Upstreams(Date.now, (instanceId) => governance.isWholeHeld(instanceId)),
    departed: () => history.departed(),
    outputs: new SessionOutputs(),
    contention: (sinceMillis) => store.scan('events', sinceMillis === undefined ? {} : { sinceMillis }),
    jobs: createJobs(parts, recorder),
    governance,
    contextSettings,
    spans: createGatewaySpans({ config, telemetry, capture, contextSettings }),
    searchMemory,
    recorder,
    bootWaitMillis: config.server.bootWaitMs,
    showsWholeScene: config.telemetry.captureContent.includes('scene'),
    onError,
    now: () => performance.now(),
    newId,
  };
}

/** What limits refuse and notice is told where it is asked for. */
function toldLimits({ store, log, tellCount }: CoreParts): Pick<GovernanceOptions, 'onLoop' | 'onThrottled'> {
  const note = loopNote({ store, log });
  return {
    onThrottled: () => tellCount?.({ of: 'throttled' }),
    onLoop: (loop) => {
      note(loop);
      tellCount?.({ of: 'loop' });
    },
  };
}

function createJobs({ config, state, messages, neighbours, onError }: CoreParts, recorder: Recorder): Jobs {
  const { retentionSecs, timeoutSecs, maxFinished, maxOpen } = config.jobs;
  const bounds = { maxOpen, maxFinished, retentionMillis: retentionSecs * 1000 };
  return new Jobs({
    records: state.createJobRecords(bounds),
    messages,
    isGone: (address) => neighbours.isGone(address),
    bounds,
    timeoutMillis: timeoutSecs * 1000,
    now: Date.now,
    newId: newRowId,
    onStarted: ({ toolLabel: tool, createdAt, startedAt = createdAt }) =>
      recorder.record({ kind: 'job-started', tool, waitSeconds: (startedAt - createdAt) / 1000 }),
    onEnded: ({ toolLabel: tool }) => recorder.record({ kind: 'job-ended', tool }),
    onError,
  });
}

function rowSinkOptions(
  { admin: { slowMs, redactPaths } }: GatewayConfig,
  kept: Pick<RowSinkOptions, 'store' | 'listed'>,
): RowSinkOptions {
  const hiddenPaths = redactPaths.map((path) => path.split('.'));
  return { ...kept, slowMillis: slowMs, hiddenPaths, sha256: (text) => hash('sha256', text) };
}
