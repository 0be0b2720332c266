import { z } from 'zod';
import { count } from './call-schema.ts';
import { links } from './identity-schema.ts';

const status = z.strictObject({
  state: z.enum(['captured', 'capture_disabled', 'capture_unavailable', 'filtered', 'no_traffic']),
  message: z.string(),
  capture_enabled: z.boolean(),
  retained_frames: count,
  capacity: count,
  dropped: count,
  skipped_decisions: count,
  redacted_paths: z.array(z.string()),
  payload_policy: z.literal('metadata-only'),
});

export const trafficAnswer: z.ZodType = z
  .strictObject({
    schema_version: z.literal(1),
    total: count,
    returned: count,
    frames: z.array(z.looseObject({})),
    capture_status: status,
    links,
  })
  .meta({ id: 'TrafficAnswer' });
