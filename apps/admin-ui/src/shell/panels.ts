// Every panel once: what it is called in the address, its key, its place in the navigation, and where its code is.
import type { FunctionComponent } from 'preact';
import { type Range, RANGES } from '../state/time-range.ts';
import type { TextKey } from '../text/en/en.ts';

/** One panel of the page. */
export interface Panel {
  /** As it stands in the address: `?panel=calls`. */
  readonly id: PanelId;
  /** Other names that links may use. */
  readonly aliases?: readonly string[];
  readonly group: 'look' | 'requests' | 'gateway';
  /** Pressed after `g`. */
  readonly key: string;
  readonly label: TextKey;
  /** The times that the head offers for it; none where it is of now. */
  readonly ranges: readonly Range[];
  readonly load: () => Promise<FunctionComponent>;
}

export type PanelId =
  | 'overview'
  | 'calls'
  | 'traces'
  | 'workflows'
  | 'search'
  | 'instances'
  | 'governance'
  | 'traffic'
  | 'events'
  | 'output'
  | 'telemetry'
  | 'openapi'
  | 'bundle';

export const PANELS: readonly Panel[] = [
  {
    id: 'overview',
    aliases: ['stats'],
    group: 'look',
    key: 'o',
    label: 'panel.overview',
    ranges: ['1h', '24h', '7d'],
    load: async () => (await import('../panels/overview/overview-panel.tsx')).OverviewPanel,
  },
  {
    id: 'calls',
    group: 'requests',
    key: 'c',
    label: 'panel.calls',
    ranges: RANGES,
    load: async () => (await import('../panels/calls/calls-panel.tsx')).CallsPanel,
  },
  {
    id: 'traces',
    group: 'requests',
    key: 't',
    label: 'panel.traces',
    ranges: RANGES,
    load: async () => (await import('../panels/traces/traces-panel.tsx')).TracesPanel,
  },
  {
    id: 'workflows',
    group: 'requests',
    key: 'w',
    label: 'panel.workflows',
    ranges: RANGES,
    load: async () => (await import('../panels/workflows/workflows-panel.tsx')).WorkflowsPanel,
  },
  {
    id: 'search',
    group: 'requests',
    key: 's',
    label: 'panel.search',
    ranges: RANGES,
    load: async () => (await import('../panels/search/search-panel.tsx')).SearchPanel,
  },
  {
    id: 'instances',
    aliases: ['workers'],
    group: 'gateway',
    key: 'i',
    label: 'panel.instances',
    ranges: [],
    load: async () => (await import('../panels/instances/instances-panel.tsx')).InstancesPanel,
  },
  {
    id: 'governance',
    aliases: ['policy'],
    group: 'gateway',
    key: 'v',
    label: 'panel.governance',
    ranges: [],
    load: async () => (await import('../panels/governance/governance-panel.tsx')).GovernancePanel,
  },
  {
    id: 'traffic',
    group: 'gateway',
    key: 'f',
    label: 'panel.traffic',
    ranges: RANGES,
    load: async () => (await import('../panels/traffic/traffic-panel.tsx')).TrafficPanel,
  },
  {
    id: 'events',
    group: 'gateway',
    key: 'e',
    label: 'panel.events',
    ranges: RANGES,
    load: async () => (await import('../panels/events/events-panel.tsx')).EventsPanel,
  },
  {
    id: 'output',
    group: 'gateway',
    key: 'u',
    label: 'panel.output',
    ranges: [],
    load: async () => (await import('../panels/output/output-panel.tsx')).OutputPanel,
  },
  {
    id: 'telemetry',
    aliases: ['health'],
    group: 'gateway',
    key: 'h',
    label: 'panel.telemetry',
    ranges: [],
    load: async () => (await import('../panels/telemetry/telemetry-panel.tsx')).TelemetryPanel,
  },
  {
    id: 'openapi',
    group: 'gateway',
    key: 'a',
    label: 'panel.openapi',
    ranges: [],
    load: async () => (await import('../panels/openapi/openapi-panel.tsx')).OpenApiPanel,
  },
  {
    id: 'bundle',
    group: 'gateway',
    key: 'b',
    label: 'panel.bundle',
    ranges: [],
    load: async () => (await import('../panels/bundle/bundle-panel.tsx')).BundlePanel,
  },
];

const FIRST = PANELS[0];

/** The panel of a name in the address; the first where it names none, undefined where it names no panel. */
export function panelOf(name: string): Panel | undefined {
  return name === '' ? FIRST : PANELS.find(({ id, aliases = [] }) => id === name || aliases.includes(name));
}
