// #region start
import { createBoundedMeter, type BoundedInstrument } from '@dcc-mcp/bounded-meter';
import type { Meter } from '@opentelemetry/api';

/** Frames by show and quality: at most 200 series whatever shows are called, and recording never throws. */
export function createFrameCounter(meter: Meter): BoundedInstrument {
  return createBoundedMeter(meter, { seriesBudget: 200 }).instrument({
    name: 'studio.frames',
    unit: '{frame}',
    kind: 'counter',
    prometheusName: 'studio_frames_total',
    description: 'Frames rendered.',
    labels: [{ name: 'show' }, { name: 'quality', values: ['draft', 'final'] }],
  });
}
// #endregion
