// What asks for attention, worst first; each leads to exactly what it is about.
import type { Stats } from '@dcc-mcp/call-store/analytics';
import { term } from '../../parts/query/query-terms.ts';
import type { PlaceChanges } from '../../state/place.ts';
import type { TextKey } from '../../text/en/en.ts';

/** One line of the overview. */
export interface Problem {
  readonly severity: 'bad' | 'warn';
  readonly key: TextKey;
  readonly values: Readonly<Record<string, string | number>>;
  readonly place: PlaceChanges;
}

/** The parts of the answers that a problem is seen in. */
export interface ProblemSources {
  readonly stats?: Stats | undefined;
  readonly instances?: readonly InstanceState[] | undefined;
  readonly signals?: Readonly<Record<string, SignalState>> | undefined;
  readonly stores?: Readonly<Record<string, { readonly last_error?: string | undefined }>> | undefined;
  /** Those that tokens of callers are checked with. */
  readonly keys?: { readonly state: string; readonly last_error?: string | undefined } | undefined;
  /** Where several gateways have their state. */
  readonly shared?: SharedState | undefined;
  readonly governance?: GovernanceState | undefined;
  readonly zeroResultRate?: number | undefined;
}

interface InstanceState {
  readonly instance_id: string;
  readonly display_name: string;
  readonly status: string;
  readonly last_error?: string | undefined;
}

interface SignalState {
  readonly state: string;
  readonly cause?: unknown;
}

interface SharedState {
  readonly store: string;
  readonly state: string;
  readonly last_error?: string | undefined;
}

interface GovernanceState {
  readonly quarantine: { readonly held: readonly unknown[]; readonly held_total?: number | undefined };
  readonly circuits: readonly { readonly instance_id: string; readonly state: string }[];
}

/** A tool that fails so often is a problem of its own. */
const FAILING_SHARE = 0.2;
const FAILING_CALLS = 3;
const MAX_TOOLS = 5;
const ZERO_RESULT_SHARE = 0.3;

export function problemsOf(sources: ProblemSources): readonly Problem[] {
  const found = [
    ...instanceProblems(sources.instances ?? []),
    ...toolProblems(sources.stats),
    ...telemetryProblems(sources.signals ?? {}),
    ...storeProblems(sources.stores ?? {}),
    ...keyProblems(sources.keys),
    ...sharedProblems(sources.shared),
    ...(sources.governance === undefined ? [] : governanceProblems(sources.governance)),
    ...searchProblems(sources.zeroResultRate ?? 0),
  ];
  return found.toSorted((one, other) => Number(other.severity === 'bad') - Number(one.severity === 'bad'));
}

const BAD_STATUS = new Set(['unreachable', 'stale', 'quarantined']);

function instanceProblems(instances: readonly InstanceState[]): readonly Problem[] {
  return instances
    .filter(({ status }) => BAD_STATUS.has(status))
    .map(({ instance_id: instance, display_name: name, status, last_error: error = '' }) => ({
      severity: 'bad',
      key: 'problem.instance',
      values: { name, status, error: firstLine(error) },
      place: { panel: 'instances', instance },
    }));
}

function toolProblems(stats: Stats | undefined): readonly Problem[] {
  return (stats?.failing_tools ?? [])
    .filter(({ failed, failure_rate: rate }) => failed >= FAILING_CALLS && rate >= FAILING_SHARE)
    .slice(0, MAX_TOOLS)
    .map(({ name, failed, count }) => ({
      severity: 'bad',
      key: name === '_unknown' ? 'problem.unknownTool' : 'problem.tool',
      values: { name, failed, count },
      place: { panel: 'calls', q: `${term('tool', name)} success=false`, ...timesOf(stats) },
    }));
}

/** The times that a number is of, so that its link shows the same rows. */
export function timesOf(stats: Stats | undefined): PlaceChanges {
  return stats === undefined ? {} : { since: stats.since, until: stats.until, range: undefined };
}

function telemetryProblems(signals: Readonly<Record<string, SignalState>>): readonly Problem[] {
  return Object.entries(signals)
    .filter(([, { state }]) => state === 'failing' || state === 'dropping')
    .map(([signal, { state, cause }]) => ({
      severity: 'bad',
      key: state === 'failing' ? 'problem.exporter' : 'problem.dropping',
      values: { signal, cause: typeof cause === 'string' ? firstLine(cause) : '' },
      place: { panel: 'telemetry' },
    }));
}

function storeProblems(stores: NonNullable<ProblemSources['stores']>): readonly Problem[] {
  return Object.entries(stores)
    .filter(([, { last_error: error }]) => error !== undefined)
    .map(([name, { last_error: error = '' }]) => ({
      severity: 'warn',
      key: 'problem.store',
      values: { name, error: firstLine(error) },
      place: { panel: 'telemetry' },
    }));
}

/** Until they are there, nobody who signed in is let in. */
function keyProblems(keys: ProblemSources['keys']): readonly Problem[] {
  return keys?.state !== 'failing'
    ? []
    : [
        {
          severity: 'bad',
          key: 'problem.keys',
          values: { error: firstLine(keys.last_error ?? '') },
          place: { panel: 'governance' },
        },
      ];
}

/** This gateway goes on by itself. */
function sharedProblems(shared: SharedState | undefined): readonly Problem[] {
  if (shared?.state !== 'failing') {
    return [];
  }
  const { store, last_error: error = '' } = shared;
  const values = { store, error: firstLine(error) };
  return [{ severity: 'warn', key: 'problem.shared', values, place: { panel: 'governance' } }];
}

function governanceProblems({ quarantine, circuits }: GovernanceState): readonly Problem[] {
  const open = circuits.filter(({ state }) => state === 'open');
  const held = quarantine.held_total ?? quarantine.held.length;
  const place = { panel: 'governance' };
  return [
    ...(held === 0 ? [] : [{ severity: 'bad', key: 'problem.held', values: { n: held }, place } as const]),
    ...(open.length === 0
      ? []
      : [{ severity: 'warn', key: 'problem.circuits', values: { n: open.length }, place } as const]),
  ];
}

function searchProblems(rate: number): readonly Problem[] {
  return rate < ZERO_RESULT_SHARE
    ? []
    : [
        {
          severity: 'warn',
          key: 'problem.zeroResults',
          values: { share: Math.round(rate * 100) },
          place: { panel: 'search' },
        },
      ];
}

const MAX_CHARS = 160;

function firstLine(text: string): string {
  const line = text.split('\n')[0] ?? '';
  return line.length > MAX_CHARS ? `${line.slice(0, MAX_CHARS)}…` : line;
}
