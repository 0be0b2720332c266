import { DECISION_OUTCOMES, type DecisionRow } from '@dcc-mcp/call-store';
import { z } from 'zod';
import { count, millis } from './call-schema.ts';
import { identity, links, type Members } from './identity-schema.ts';

const readiness = z.enum(['ready', 'booting', 'unreachable', 'disabled', 'idle', 'stale', 'quarantined']);

const instance = z
  .looseObject({
    instance_id: z.string(),
    instance_short: z.string(),
    dcc_type: z.string(),
    display_name: z.string(),
    source: z.enum(['config', 'http', 'file']),
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
    tool_count: count,
    tool_count_last_good: count,
    skills: z.strictObject({ loaded: count, unloaded: count }),
    concurrency: count,
    queue_depth: count,
    in_flight: count,
    calls: z.strictObject({ total: count, failed: count, p95_ms: millis.optional() }),
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

const summary = z.strictObject({
  ready: count,
  booting: count,
  unreachable: count,
  stale: count,
  quarantined: count,
  disabled: count,
});

export const instancesAnswer: z.ZodType = z
  .strictObject({ total: count, summary, instances: z.array(instance), departed: z.array(departed) })
  .meta({ id: 'InstanceCards' });

export const workersAnswer: z.ZodType = z
  .strictObject({ total: count, summary, workers: z.array(instance), departed: z.array(departed) })
  .meta({ id: 'WorkerCards' });

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

export const governanceAnswer: z.ZodType = z
  .looseObject({
    generated_at: z.string(),
    mode: z.strictObject({ admin_mutations: z.literal(false), read_only: z.boolean() }),
    policy: z.looseObject({ unrestricted: z.boolean(), read_only: z.boolean() }),
    quota: z.looseObject({ store: z.enum(['memory', 'redis']) }),
    quarantine: z.looseObject({ mode: z.string(), held: z.array(z.looseObject({})) }),
    circuits: z.array(z.looseObject({ instance_id: z.string(), state: z.string() })),
    traffic_capture: z.looseObject({ state: z.string() }),
    redaction: z.looseObject({ keys: z.array(z.string()), paths: z.array(z.string()) }),
    authentication: z.looseObject({ mcp: z.string(), metrics: z.string(), admin: z.string() }),
    stats: z.strictObject({ allowed: count, denied: count, throttled: count, failed: count }),
    recent_decisions: z.array(decision),
  })
  .meta({ id: 'Governance' });

const signal = z
  .looseObject({
    exporter: z.string(),
    state: z.enum(['never_tried', 'ok', 'failing', 'dropping']),
    since: z.string(),
    exported: count,
    dropped: z.record(z.string(), count),
  })
  .meta({ id: 'ExporterState' });

export const telemetryAnswer: z.ZodType = z
  .looseObject({
    signals: z.partialRecord(z.enum(['traces', 'metrics', 'logs']), signal),
    scrape: z.looseObject({
      enabled: z.boolean(),
      path: z.string().optional(),
      last_scrape_at: z.string().optional(),
      last_bytes: count.optional(),
      last_series: count.optional(),
      last_duration_ms: millis.optional(),
      scrapers_seen: count.optional().meta({ description: 'Addresses that asked and were let in.' }),
    }),
    settings: z.array(z.looseObject({ name: z.string(), origin: z.string() })),
    api_copies: z.array(z.looseObject({})),
  })
  .meta({ id: 'TelemetryState' });

const store = z.looseObject({ rows: count, capacity: count, dropped: count });

export const healthAnswer: z.ZodType = z
  .looseObject({
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
  })
  .meta({ id: 'GatewayHealth' });
