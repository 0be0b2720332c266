// Why nothing arrives: the way of one signal, step by step, so that the first step that fails can be named.
import type { TelemetryAnswer } from '@dcc-mcp/admin-api';

export const SIGNALS = ['traces', 'metrics', 'logs'] as const;
export type SignalName = (typeof SIGNALS)[number];
export type SignalState = NonNullable<TelemetryAnswer['signals'][SignalName]>;
export type Setting = TelemetryAnswer['settings'][number];

/** `off`: nobody asked for it. `waiting`: it is not known yet. */
export type StepState = 'ok' | 'off' | 'waiting' | 'warn' | 'bad';

/** One thing that has to be so for a signal to arrive. */
export interface Step {
  readonly id: 'exporter' | 'endpoint' | 'protocol' | 'attempt' | 'queue' | 'items';
  readonly state: StepState;
  /** What is so, as it is written. */
  readonly value?: string;
  /** What is wrong, in the words of the gateway. */
  readonly cause?: string;
  readonly fix?: string;
}

/** A queue this full will soon let go. */
const NEARLY_FULL = 0.8;

/** The steps of a signal, in the order in which it takes them. */
export function stepsOf(
  name: SignalName,
  signal: SignalState | undefined,
  settings: readonly Setting[],
): readonly Step[] {
  const chosen = settingOf(settings, `OTEL_${name.toUpperCase()}_EXPORTER`);
  if (signal === undefined) {
    return [exporterStep(chosen, 'off')];
  }
  const { endpoint, protocol } = signal;
  return [
    exporterStep(chosen, 'ok'),
    ...(endpoint === undefined ? [] : [otlpStep('endpoint', endpoint, { name, settings })]),
    ...(protocol === undefined ? [] : [otlpStep('protocol', protocol, { name, settings })]),
    attemptStep(signal),
    ...queueSteps(signal),
    itemsStep(signal),
  ];
}

function exporterStep(chosen: Setting | undefined, state: 'ok' | 'off'): Step {
  return {
    id: 'exporter',
    state: chosen?.issue === undefined ? state : 'warn',
    ...(chosen?.value === undefined ? {} : { value: chosen.value }),
    ...(chosen?.issue === undefined ? {} : { cause: chosen.issue }),
  };
}

interface Written {
  readonly name: SignalName;
  readonly settings: readonly Setting[];
}

/** What is set for the signal alone goes before what is set for all. */
function otlpStep(id: 'endpoint' | 'protocol', value: string, { name, settings }: Written): Step {
  const names = [
    `OTEL_EXPORTER_OTLP_${name.toUpperCase()}_${id.toUpperCase()}`,
    `OTEL_EXPORTER_OTLP_${id.toUpperCase()}`,
  ];
  const issue = names.map((each) => settingOf(settings, each)?.issue).find((each) => each !== undefined);
  return { id, value, state: issue === undefined ? 'ok' : 'warn', ...(issue === undefined ? {} : { cause: issue }) };
}

function attemptStep({ state, cause, fix, last_ok_at: lastOk }: SignalState): Step {
  const states = { never_tried: 'waiting', ok: 'ok', dropping: 'warn', failing: 'bad' } as const;
  return {
    id: 'attempt',
    state: states[state],
    ...(lastOk === undefined ? {} : { value: lastOk }),
    ...(cause === undefined ? {} : { cause }),
    ...(fix === undefined ? {} : { fix }),
  };
}

function queueSteps({ queue }: SignalState): readonly Step[] {
  if (queue === undefined) {
    return [];
  }
  const isFilling = queue.capacity !== undefined && queue.size >= queue.capacity * NEARLY_FULL;
  return [{ id: 'queue', state: isFilling ? 'warn' : 'ok', value: `${queue.size} / ${queue.capacity ?? '?'}` }];
}

function itemsStep({ exported, dropped }: SignalState): Step {
  const lost = lostItems(dropped);
  return { id: 'items', state: lost > 0 ? 'warn' : exported > 0 ? 'ok' : 'waiting' };
}

/** Items that were lost, for whatever reason. */
export function lostItems(dropped: Readonly<Record<string, number>>): number {
  return Object.values(dropped).reduce((sum, each) => sum + each, 0);
}

/** The step that stands in the way: the first that fails, else the first that may. */
export function failingStep(steps: readonly Step[]): Step | undefined {
  return steps.find(({ state }) => state === 'bad') ?? steps.find(({ state }) => state === 'warn');
}

export function settingOf(settings: readonly Setting[], name: string): Setting | undefined {
  return settings.find((setting) => setting.name === name);
}
