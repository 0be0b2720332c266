import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  createBoundedLabels,
  createSafeMeter,
  ExemplarStore,
  SDK_CARDINALITY_LIMIT,
  type SafeMeter,
} from '../src/index.ts';
import { spanContext } from './gateway-fixture.ts';
import { createReading } from './metric-reading.ts';

describe('createBoundedLabels', () => {
  const known = new Set(['a', 'b', 'c']);

  test('admits known values first come, first served, and keeps them', () => {
    let overflows = 0;
    const labels = createBoundedLabels({
      isKnown: (value) => known.has(value),
      maxValues: 2,
      onOverflow: () => {
        overflows += 1;
      },
    });
    expect(['b', 'a', 'c', 'b', 'c'].map((value) => labels.label(value))).toEqual(['b', 'a', '_other', 'b', '_other']);
    expect(overflows).toBe(2);
  });

  test('gives made-up values no room', () => {
    const labels = createBoundedLabels({ isKnown: (value) => known.has(value), maxValues: 1 });
    expect([labels.label('x'), labels.label(undefined), labels.label('a')]).toEqual(['_unknown', '_unknown', 'a']);
    expect(labels.size).toBe(1);
  });
});

describe('createSafeMeter', () => {
  let reading: ReturnType<typeof createReading>;
  let meter: SafeMeter;
  const frames = {
    name: 'studio.frames',
    unit: '{frame}',
    kind: 'counter',
    prometheusName: 'studio_frames_total',
    description: 'Frames rendered.',
    labels: [{ name: 'show' }, { name: 'quality', values: ['draft', 'final'] }],
  } as const;

  beforeEach(() => {
    reading = createReading();
    meter = createSafeMeter(reading.provider.getMeter('studio'), { seriesBudget: 8 });
  });
  afterEach(() => reading.provider.shutdown());

  test('folds open labels past the budget and keeps closed ones', async () => {
    const instrument = meter.instrument(frames);
    for (const show of ['one', 'two', 'three', 'four']) {
      instrument.record(1, { show, quality: 'final' });
    }
    expect(await reading.lines()).toEqual([
      'dcc_mcp_telemetry_invalid_values{instrument=studio.frames} 0',
      'dcc_mcp_telemetry_overflow{instrument=studio.frames} 2',
      'studio.frames{show=one,quality=final} 1',
      'studio.frames{show=two,quality=final} 1',
      'studio.frames{show=_other,quality=final} 2',
    ]);
  });

  test('gives the same series for equal labels', () => {
    const instrument = meter.instrument(frames);
    const series = instrument.series({ show: 'one', quality: 'final' });
    expect(instrument.series({ quality: 'final', show: 'one' })).toBe(series);
  });

  test('keeps exemplars in the store it was given', async () => {
    const exemplars = new ExemplarStore();
    const instrument = createSafeMeter(reading.provider.getMeter('other'), { exemplars }).instrument(frames);
    instrument.record(5, { show: 'one', quality: 'draft' }, spanContext('a'));
    expect(exemplars.exemplars('studio.frames', { show: 'one', quality: 'draft' })?.[0]?.value).toBe(5);
  });

  test.each([0, 9001, 1.5])('refuses a budget of %p', (seriesBudget) => {
    expect(() => createSafeMeter(reading.provider.getMeter('x'), { seriesBudget })).toThrow('seriesBudget must be');
  });

  test('refuses to record into a gauge', () => {
    expect(() => meter.instrument({ ...frames, kind: 'gauge' })).toThrow('observe it instead');
  });

  test('has budgets below the limit that the SDK is to be given', () => {
    expect(() => createSafeMeter(reading.provider.getMeter('x'), { seriesBudget: SDK_CARDINALITY_LIMIT })).toThrow(
      'seriesBudget must be',
    );
  });
});
