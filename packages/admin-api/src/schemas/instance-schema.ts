import { z } from 'zod';
import { count, millis } from './call-schema.ts';
import { links } from './identity-schema.ts';

const readiness = z.enum(['ready', 'booting', 'unreachable', 'disabled', 'idle', 'stale', 'quarantined']);

const instance = z
  .looseObject({
    instance_id: z.string(),
    instance_short: z.string(),
    dcc_type: z.string(),
    display_name: z.string(),
    source: z.enum(['config', 'http', 'file']),
    owner: z.string().optional().meta({ description: 'The gateway that has it, where it is another one.' }),
    transport: z.enum(['stdio', 'http']),
    mcp_url: z.string().optional(),
    command: z.string().optional().meta({ description: 'Its name, without arguments.' }),
    status: readiness,
    since: z.string(),
    last_ok_at: z.string().optional(),
    last_error: z.string().optional(),
    consecutive_failures: count,
    restarts: count.meta({ description: 'How often its process was started again.' }),
    era: z.string().optional(),
    protocol_version: z.string().optional(),
    server_info: z.looseObject({ name: z.string(), version: z.string().optional() }).optional(),
    capabilities: z.array(z.string()).optional(),
    tool_count: count,
    tool_count_last_good: count,
    skills: z.strictObject({ loaded: count, unloaded: count }),
    scene: z.string().optional(),
    version: z.string().optional(),
    adapter_version: z.string().optional(),
    affinity: z.enum(['main', 'any']).optional(),
    concurrency: count,
    queue_depth: count,
    in_flight: count,
    calls: z
      .strictObject({
        total: count,
        failed: count,
        p95_ms: millis.optional(),
        retained_since: z.string().optional().meta({ description: 'Where older calls were let go: these are newer.' }),
      })
      .optional()
      .meta({ description: 'Its calls that are kept; absent where none are.' }),
    readiness: z
      .strictObject({
        process: z.boolean().optional(),
        dispatcher: z.boolean().optional(),
        dcc: z.boolean().optional(),
      })
      .optional()
      .meta({ description: 'What a dcc-mcp-core host says of its parts.' }),
    pid: count.optional().meta({ description: 'Of a child, or as the row of a registered instance says.' }),
    cpu_percent: z.number().optional().meta({
      description: 'Of a child and what it started; 100 is one core. Since it was asked before, or its start.',
    }),
    rss_bytes: count.optional().meta({ description: 'Of a child and what it started.' }),
    capabilities_fingerprint: z.string().optional(),
    heartbeat_at: z.string().optional().meta({ description: 'When a registered instance was last heard of.' }),
    ttl_secs: z.number().optional().meta({ description: 'How long it may be silent.' }),
    strip: z
      .array(z.strictObject({ t: z.string(), state: readiness.optional() }))
      .optional()
      .meta({
        description: '24 hours in 96 cells, the newest last: the worst state of each; none before it was known.',
      }),
    links,
  })
  .meta({ id: 'InstanceCard' });

const departed = z.strictObject({
  instance_id: z.string(),
  dcc_type: z.string(),
  left_at: z.string(),
  reason: z.string(),
  last_status: z.string(),
});

const skipped = z
  .strictObject({
    source: z.enum(['config', 'http', 'file']),
    dcc_type: z.string().optional(),
    instance_id: z.string().optional(),
    reason: z.string(),
  })
  .meta({ description: 'A row of a source that became no instance.' });

const rest = { departed: z.array(departed), skipped: z.array(skipped) };

const summary = z.strictObject({
  ready: count,
  booting: count,
  unreachable: count,
  stale: count,
  quarantined: count,
  disabled: count,
});

const instances = z.strictObject({ total: count, returned: count, summary, instances: z.array(instance), ...rest });

export const instancesAnswer: z.ZodType = instances.meta({ id: 'InstanceCards' });

export const workersAnswer: z.ZodType = z
  .strictObject({ total: count, returned: count, summary, workers: z.array(instance), ...rest })
  .meta({ id: 'WorkerCards' });

/** The answer of `instances`. */
export type InstancesAnswer = z.infer<typeof instances>;
/** One instance, as it is now. */
export type InstanceCard = z.infer<typeof instance>;
