import { DECISION_OUTCOMES, type DecisionRow } from '@dcc-mcp/call-store';
import { z } from 'zod';
import { count, millis } from './call-schema.ts';
import { identity, type Members } from './identity-schema.ts';

const decision = z
  .strictObject({
    ...identity,
    operation: z.string(),
    tool: z.string().optional(),
    dcc_type: z.string().optional(),
    outcome: z.enum(DECISION_OUTCOMES),
    reason: z.string().optional(),
    message: z.string().optional(),
    duration_ms: millis,
  } satisfies Members<DecisionRow>)
  .meta({ id: 'Decision' });

const policy = z.looseObject({
  unrestricted: z.boolean(),
  read_only: z.boolean(),
  allowlists_active: z.record(z.string(), z.boolean()).optional(),
});

const quota = z.looseObject({
  rate_per_minute: count.optional(),
  concurrency_per_principal: count.optional(),
  read_only_rate_per_minute: count.optional(),
  destructive_rate_per_minute: count.optional(),
  tool_rates_per_minute: z.record(z.string(), count).optional(),
  loop: z.looseObject({ calls: count, window_secs: count, refused: z.boolean(), seen_total: count }).optional().meta({
    description: 'Identical calls in a window that are no loop yet, and loops seen since the limits are in force.',
  }),
  store: z.enum(['memory', 'redis']).meta({ description: 'Where limits are counted at this moment.' }),
  degraded: z.boolean().optional().meta({
    description: 'What all gateways count by is away: each has its share of every limit, of at least 1.',
  }),
  gateways: count.optional().meta({ description: 'Gateways that count together, as far as is known.' }),
  principals_tracked: count.optional().meta({ description: 'Callers that a limit counts at this moment.' }),
  throttled_total: count.optional().meta({ description: 'Operations that a limit refused since the start.' }),
});

const heldTool = z.looseObject({
  tool: z.string().optional(),
  instance_id: z.string().optional(),
  reason: z.string().optional(),
  since: z.string().optional(),
  name: z.string().optional().meta({ description: 'As the commands of approvals take it: server/tool.' }),
  rejected_at: z.string().optional(),
  was_hash: z.string().optional(),
  is_hash: z.string().optional(),
  was: z.looseObject({}).optional().meta({ description: 'What differs of the definition, as it was approved.' }),
  is: z.looseObject({}).optional().meta({ description: 'The same as it is now.' }),
});

const textHint = z.looseObject({
  tool: z.string(),
  instance_id: z.string(),
  kind: z.enum(['hidden-unicode', 'instructions', 'base64']),
  where: z.string(),
  excerpt: z.string(),
});

const newTool = z.looseObject({ name: z.string(), since: z.string() });

const circuit = z.looseObject({
  instance_id: z.string(),
  state: z.enum(['closed', 'open', 'half-open']),
  failures: count.optional().meta({ description: 'In a row.' }),
  opens_at: z.string().optional().meta({ description: 'When it opened.' }),
  closes_at: z.string().optional().meta({ description: 'When a call is let through as a trial.' }),
});

const governance = z.looseObject({
  generated_at: z.string(),
  mode: z.strictObject({ admin_mutations: z.literal(false), read_only: z.boolean() }),
  policy,
  quota,
  quarantine: z.looseObject({
    mode: z.string(),
    held: z.array(heldTool),
    held_total: count.optional(),
    new: z
      .array(newTool)
      .optional()
      .meta({ description: 'Tools that a known server brought later: trusted, not confirmed.' }),
    hints: z.array(textHint).optional().meta({ description: 'Strange places in texts; they hold nothing back.' }),
  }),
  circuits: z.array(circuit),
  traffic_capture: z.looseObject({ state: z.string() }),
  redaction: z.looseObject({ keys: z.array(z.string()), paths: z.array(z.string()) }),
  authentication: z.looseObject({ mcp: z.string(), metrics: z.string(), admin: z.string() }),
  stats: z
    .strictObject({ allowed: count, denied: count, throttled: count, failed: count })
    .optional()
    .meta({ description: 'Of the decisions that are kept; absent where none are.' }),
  recent_decisions: z.array(decision),
});

export const governanceAnswer: z.ZodType = governance.meta({ id: 'Governance' });

const signal = z
  .looseObject({
    exporter: z.string(),
    protocol: z.string().optional(),
    endpoint: z.string().optional().meta({ description: 'Without credentials.' }),
    state: z.enum(['never_tried', 'ok', 'failing', 'dropping']),
    since: z.string(),
    cause: z.string().optional(),
    fix: z.string().optional(),
    queue: z.looseObject({ size: count, capacity: count.optional() }).optional(),
    last_ok_at: z.string().optional(),
    exported: count,
    dropped: z.record(z.string(), count),
  })
  .meta({ id: 'ExporterState' });

const telemetry = z.looseObject({
  signals: z.partialRecord(z.enum(['traces', 'metrics', 'logs']), signal),
  scrape: z.looseObject({
    enabled: z.boolean(),
    path: z.string().optional(),
    last_scrape_at: z.string().optional(),
    last_bytes: count.optional(),
    last_series: count.optional(),
    last_duration_ms: millis.optional(),
    scrapers_seen: count.optional().meta({ description: 'Addresses that got metrics.' }),
  }),
  settings: z.array(
    z.looseObject({ name: z.string(), value: z.string().optional(), origin: z.string(), issue: z.string().optional() }),
  ),
  api_copies: z.array(z.looseObject({})),
  series: z
    .record(z.string(), z.looseObject({ used: count, budget: count, overflowed: count.optional() }))
    .optional()
    .meta({ description: 'Series of each instrument, and how many it may have.' }),
});

export const telemetryAnswer: z.ZodType = telemetry.meta({ id: 'TelemetryState' });

const store = z.looseObject({
  rows: count,
  capacity: count,
  dropped: count,
  bytes: count.optional(),
  file: z.string().optional(),
  last_error: z.string().optional(),
});

const health = z.looseObject({
  status: z.enum(['ok', 'degraded']),
  version: z.string(),
  uptime_secs: z.number(),
  rss_bytes: count,
  instances_ready: count,
  instances_total: count,
  sessions: count,
  streams: count,
  in_flight: count,
  limits: z.looseObject({}),
  stores: z.record(z.string(), store),
  authentication: z
    .looseObject({
      keys: z.looseObject({ state: z.enum(['ok', 'failing']), since: z.string(), last_error: z.string().optional() }),
    })
    .optional(),
  shared_state: z
    .looseObject({
      store: z.enum(['redis']),
      state: z.enum(['ok', 'failing']),
      since: z.string(),
      gateways: count.meta({ description: 'That share it, as far as is known.' }),
      last_error: z.string().optional(),
    })
    .optional()
    .meta({ description: 'Where several gateways have their state; absent: this one has its own.' }),
});

export const healthAnswer: z.ZodType = health.meta({ id: 'GatewayHealth' });

/** The answer of `governance`. */
export type GovernanceAnswer = z.infer<typeof governance>;
/** The answer of `telemetry`. */
export type TelemetryAnswer = z.infer<typeof telemetry>;
/** The answer of `health`. */
export type GatewayHealth = z.infer<typeof health>;
