import { ACTIVITY_KINDS, type ActivityRow, type ContentionEvent, SEVERITIES } from '@dcc-mcp/call-store';
import { z } from 'zod';
import { count } from './call-schema.ts';
import { links, type Members } from './identity-schema.ts';

/** A line that an instance wrote, or told of. */
export const sessionEvent = z
  .looseObject({
    id: count,
    timestamp: z.string(),
    timestamp_ns: z.string(),
    source: z.string(),
    stream: z.string(),
    level: z.enum(['trace', 'debug', 'info', 'warning', 'error']),
    message: z.string(),
  })
  .meta({ id: 'SessionEvent' });

/** What an instance wrote, behind a cursor. */
export const outputAnswer: z.ZodType = z
  .strictObject({
    cursor: count,
    next_cursor: count.meta({ description: 'To go on with: the id of the last line of this page, else `cursor`.' }),
    oldest_cursor: count
      .optional()
      .meta({ description: 'The oldest line that is retained; absent where there is none.' }),
    newest_cursor: count.optional(),
    retained_count: count,
    dropped_count: count.meta({ description: 'Lines that were let go to make room.' }),
    missed: count.meta({ description: 'Lines behind the cursor that were let go before they could be read.' }),
    events: z.array(sessionEvent),
  })
  .meta({ id: 'SessionOutput' });

/** An election, eviction, probe or departure. */
export const contentionEvent = z
  .strictObject({
    timestamp: z.string(),
    event: z.string(),
    dcc_type: z.string(),
    instance_id: z.string(),
    reason: z.string().optional(),
    severity: z.enum(SEVERITIES),
    service_instance_id: z.string().optional(),
  } satisfies Members<ContentionEvent>)
  .meta({ id: 'ContentionEvent' });

/** One entry of the feed. */
export const activityRow = z
  .strictObject({
    event_id: z.string(),
    timestamp: z.string(),
    kind: z.enum(ACTIVITY_KINDS),
    severity: z.enum(SEVERITIES),
    status: z.string(),
    message: z.string(),
    correlation: z.record(z.string(), z.string()),
    links,
  } satisfies Members<ActivityRow>)
  .meta({ id: 'ActivityRow' });
