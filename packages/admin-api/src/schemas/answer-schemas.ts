import { ROW_KINDS } from '@dcc-mcp/call-store';
import { z } from 'zod';
import { callRow, count } from './call-schema.ts';
import { activityRow, contentionEvent } from './event-schema.ts';
import { traceRow } from './trace-schema.ts';

/** What every list says beside its rows. */
export const page = {
  total: count.meta({ description: 'Rows that are retained and match, on all pages.' }),
  returned: count,
  next_cursor: z.string().optional(),
  dropped: count.optional().meta({ description: 'Rows that were let go since the start to make room.' }),
};

export const callsAnswer: z.ZodType = z.strictObject({ ...page, calls: z.array(callRow) }).meta({ id: 'CallsAnswer' });

export const tracesAnswer: z.ZodType = z
  .strictObject({ ...page, traces: z.array(traceRow) })
  .meta({ id: 'TracesAnswer' });

export const eventsAnswer: z.ZodType = z
  .strictObject({ ...page, events: z.array(contentionEvent) })
  .meta({ id: 'EventsAnswer' });

export const activityAnswer: z.ZodType = z
  .strictObject({ ...page, activity: z.array(activityRow) })
  .meta({ id: 'ActivityAnswer' });

export const facetsAnswer: z.ZodType = z
  .strictObject({
    kind: z.enum(ROW_KINDS),
    field: z.string(),
    total: count.meta({ description: 'How many different values there are.' }),
    returned: count,
    complete: z.boolean().meta({
      description: 'False where there are so many different values that those of older rows were not counted.',
    }),
    values: z
      .array(z.strictObject({ value: z.string(), count: count.meta({ description: 'Rows that have it.' }) }))
      .meta({ description: 'The most frequent first.' }),
  })
  .meta({ id: 'FacetsAnswer' });

/** A refused request. */
export const refusal: z.ZodType = z
  .looseObject({
    error: z.looseObject({
      kind: z.string(),
      message: z.string(),
      retryable: z.boolean(),
      recommended_next_action: z.string(),
    }),
    request_id: z.string().optional(),
    trace_id: z.string().optional(),
  })
  .meta({ id: 'AdminRefusal' });
