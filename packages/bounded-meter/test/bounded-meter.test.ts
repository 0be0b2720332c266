import { createBoundedMeter, ExemplarStore, SDK_CARDINALITY_LIMIT, type BoundedMeter } from '@dcc-mcp/bounded-meter';
import { createReading } from '@dcc-mcp/test-kit/metric-reading';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

const sampledSpan = { traceId: 'a'.repeat(32), spanId: 'a'.repeat(16), traceFlags: 1 };

describe('createBoundedMeter', () => {
  let reading: ReturnType<typeof createReading>;
  let meter: BoundedMeter;
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
    meter = createBoundedMeter(reading.provider.getMeter('studio'), { seriesBudget: 8 });
  });
  afterEach(() => reading.provider.shutdown());

  test('folds open labels past the budget and keeps closed ones', async () => {
    const instrument = meter.instrument(frames);
    for (const show of ['one', 'two', 'three', 'four']) {
      instrument.record(1, { show, quality: 'final' });
    }
    expect(await reading.lines()).toEqual([
      'dcc_mcp_telemetry_overflow{instrument=studio.frames} 2',
      'dcc_mcp_telemetry_invalid_values{instrument=studio.frames} 0',
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
    const instrument = createBoundedMeter(reading.provider.getMeter('other'), { exemplars }).instrument(frames);
    instrument.record(5, { show: 'one', quality: 'draft' }, sampledSpan);
    expect(exemplars.exemplars('studio.frames', { show: 'one', quality: 'draft' })?.[0]?.value).toBe(5);
  });

  test('declares the series of a counter at 0, and knows no others once it is closed', async () => {
    const instrument = meter.instrument(frames);
    instrument.declare({ show: 'one', quality: 'final' });
    instrument.close();
    instrument.record(1, { show: 'two', quality: 'final' });
    expect(await reading.lines()).toEqual([
      'dcc_mcp_telemetry_overflow{instrument=studio.frames} 0',
      'dcc_mcp_telemetry_invalid_values{instrument=studio.frames} 1',
      'studio.frames{show=one,quality=final} 0',
    ]);
  });

  test.each([Number.NaN, Infinity, -1, '1', 1n, undefined])('drops and counts %p', async (value) => {
    meter.instrument(frames).record(value as number, { show: 'one', quality: 'final' });
    expect(await reading.lines()).toEqual([
      'dcc_mcp_telemetry_overflow{instrument=studio.frames} 0',
      'dcc_mcp_telemetry_invalid_values{instrument=studio.frames} 1',
    ]);
  });

  test('lets an up-down counter fall', async () => {
    const instrument = meter.instrument({ ...frames, kind: 'up_down_counter' });
    instrument.record(2, { show: 'one' });
    instrument.record(-1, { show: 'one' });
    expect(await reading.lines()).toContain('studio.frames{show=one} 1');
  });

  test('loses a reading whose source throws, and counts it for the next collection', async () => {
    meter.observe({ ...frames, name: 'studio.load', kind: 'gauge' }, () => {
      throw new Error('the source is gone');
    });
    await reading.lines();
    expect(await reading.lines()).toEqual(['dcc_mcp_telemetry_invalid_values{instrument=studio.load} 1']);
  });

  test('goes on recording after shutdown', async () => {
    const instrument = meter.instrument(frames);
    instrument.record(1, { show: 'one', quality: 'final' });
    meter.shutdown();
    instrument.record(1, { show: 'one', quality: 'final' });
    expect(await reading.lines()).toEqual(['studio.frames{show=one,quality=final} 2']);
  });

  test.each([0, 9001, 1.5])('refuses a budget of %p', (seriesBudget) => {
    expect(() => createBoundedMeter(reading.provider.getMeter('x'), { seriesBudget })).toThrow('seriesBudget must be');
  });

  test('refuses to record into a gauge', () => {
    expect(() => meter.instrument({ ...frames, kind: 'gauge' })).toThrow('observe it instead');
  });

  test('has budgets below the limit that the SDK is to be given', () => {
    expect(() => createBoundedMeter(reading.provider.getMeter('x'), { seriesBudget: SDK_CARDINALITY_LIMIT })).toThrow(
      'seriesBudget must be',
    );
  });
});
