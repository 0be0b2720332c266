import { describe, expect, test } from '@jest/globals';
import { failingStep, type SignalState, stepsOf } from '../src/panels/telemetry/checklist.ts';
import { fullestFirst, scrapeConfig, shownSettings } from '../src/panels/telemetry/settings.ts';

const SETTINGS = [
  { name: 'server.port', value: '9765', origin: 'flag' },
  { name: 'server.host', value: '127.0.0.1', origin: 'default' },
  { name: 'OTEL_TRACES_EXPORTER', value: 'otlp', origin: 'env' },
  { name: 'OTEL_EXPORTER_OTLP_PROTOCOL', value: 'http/protobuf', origin: 'default', issue: '"htp" is not known' },
];

function signal(changes: Partial<SignalState> = {}): SignalState {
  return {
    exporter: 'traces/0',
    endpoint: 'http://collector:4318/v1/traces',
    protocol: 'http/protobuf',
    state: 'ok',
    since: '2026-11-29T12:00:00.000Z',
    exported: 12,
    dropped: {},
    queue: { size: 0, capacity: 2048 },
    last_ok_at: '2026-11-29T12:00:01.000Z',
    ...changes,
  };
}

function states(steps: ReturnType<typeof stepsOf>): Readonly<Record<string, string>> {
  return Object.fromEntries(steps.map(({ id, state }) => [id, state]));
}

describe('why nothing arrives', () => {
  test('a signal that arrives has every step good, in the order of its way', () => {
    const steps = stepsOf('traces', signal(), []);
    expect(steps.map(({ id }) => id)).toEqual(['exporter', 'endpoint', 'protocol', 'attempt', 'queue', 'items']);
    expect(new Set(Object.values(states(steps)))).toEqual(new Set(['ok']));
    expect(failingStep(steps)).toBeUndefined();
  });

  test('a signal without an exporter is off, and nothing else is said of it', () => {
    expect(stepsOf('logs', undefined, [{ name: 'OTEL_LOGS_EXPORTER', value: 'none', origin: 'default' }])).toEqual([
      { id: 'exporter', state: 'off', value: 'none' },
    ]);
  });

  test('the step that fails is named with its cause and its fix, before any that is only odd', () => {
    const failing = signal({
      state: 'failing',
      cause: 'nothing listens there',
      fix: 'start the collector',
      exported: 0,
      dropped: { export_failed: 3 },
    });
    expect(failingStep(stepsOf('traces', failing, SETTINGS))).toMatchObject({
      id: 'attempt',
      state: 'bad',
      cause: 'nothing listens there',
      fix: 'start the collector',
    });
  });

  test('what was written wrong stands at its step', () => {
    expect(failingStep(stepsOf('traces', signal(), SETTINGS))).toMatchObject({
      id: 'protocol',
      state: 'warn',
      cause: '"htp" is not known',
    });
  });

  test('a queue that fills, lost items, and nothing sent yet are said', () => {
    expect(states(stepsOf('traces', signal({ queue: { size: 2_000, capacity: 2_048 } }), []))['queue']).toBe('warn');
    expect(states(stepsOf('traces', signal({ state: 'dropping', dropped: { rejected: 1 } }), []))).toMatchObject({
      attempt: 'warn',
      items: 'warn',
    });
    expect(states(stepsOf('traces', signal({ state: 'never_tried', exported: 0 }), []))).toMatchObject({
      attempt: 'waiting',
      items: 'waiting',
    });
  });
});

function names(view?: string, find?: string): readonly string[] {
  return shownSettings(SETTINGS, { view, find }).map(({ name }) => name);
}

describe('settings', () => {
  test('that are wrong come first, then those that somebody set; defaults are asked for', () => {
    expect(names()).toEqual(['OTEL_EXPORTER_OTLP_PROTOCOL', 'server.port', 'OTEL_TRACES_EXPORTER']);
    expect(names('issues')).toEqual(['OTEL_EXPORTER_OTLP_PROTOCOL']);
    expect(names('all')).toHaveLength(4);
  });

  test('are found by their words, defaults too', () => {
    expect(names(undefined, 'server 127')).toEqual(['server.host']);
  });
});

test('series that overflowed come first, then the fullest', () => {
  const series = {
    half: { used: 5, budget: 10 },
    over: { used: 10, budget: 100, overflowed: 3 },
    full: { used: 9, budget: 10, overflowed: 0 },
  };
  expect(fullestFirst(series).map(({ name }) => name)).toEqual(['over', 'full', 'half']);
});

test.each([
  ['http://127.0.0.1:9765', '/metrics', undefined, ["      - targets: ['127.0.0.1:9765']"]],
  ['http://gw:9765/ops', '/metrics', '9464', ["      - targets: ['gw:9464']"]],
  ['https://gw/ops/mcp', '/metrics', undefined, ['    metrics_path: /ops/mcp/metrics', "      - targets: ['gw']"]],
  ['https://gw', '/m', 'none', ['    scheme: https', '    metrics_path: /m', "      - targets: ['gw']"]],
])('Prometheus is pointed to %s%s', (address, path, port, lines) => {
  expect(scrapeConfig(new URL(address), path, port).split('\n')).toEqual(expect.arrayContaining(lines));
});
