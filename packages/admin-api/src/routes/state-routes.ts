import type { CallStore, DecisionRow } from '@dcc-mcp/call-store';
import type { ZodType } from 'zod';
import type { AdminRoute } from '../admin-route.ts';
import type { AdminRoutesOptions, AdminSources, JsonRecord } from '../admin-sources.ts';
import { jsonAnswer } from '../request/admin-request.ts';
import { Parameters } from '../request/parameters.ts';
import { instancesAnswer, workersAnswer } from '../schemas/instance-schema.ts';
import { type JobsAnswer, jobsAnswer } from '../schemas/job-schema.ts';
import { governanceAnswer, healthAnswer, telemetryAnswer } from '../schemas/state-schemas.ts';

/** Decisions of a page that asks for no number. */
const DEFAULT_DECISIONS = 300;
const NO_JOBS: JobsAnswer = { total: 0, returned: 0, jobs: [] };
const DECISION_PARAMETERS = ['limit', 'since', 'until', 'q', 'instance'] as const;

/** What is so at this moment. */
export function stateRoutes({ sources, now = Date.now }: AdminRoutesOptions): readonly AdminRoute[] {
  return [
    state('instances', 'MCP servers behind the gateway and those that left.', {
      answer: instancesAnswer,
      read: (baseUrl) => sources.instances(baseUrl),
    }),
    state('workers', 'The same instances as cards.', {
      answer: workersAnswer,
      read: async (baseUrl) => {
        const { instances: workers, ...rest } = await sources.instances(baseUrl);
        return { ...rest, workers };
      },
    }),
    state('jobs', 'Jobs that wait or run, of every principal, the oldest first: is one slow, or dead?', {
      answer: jobsAnswer,
      read: async () => ({ ...NO_JOBS, ...(await sources.jobs?.()) }),
    }),
    governanceRoute(sources, now),
    state(
      'telemetry',
      'Why nothing arrives: each exporter with its state, cause and fix; settings with their origin.',
      {
        answer: telemetryAnswer,
        read: () => sources.telemetry(),
      },
    ),
    state('health', 'The process and how full its stores are.', {
      answer: healthAnswer,
      read: () => healthOf(sources),
    }),
  ];
}

function governanceRoute(sources: AdminSources, now: () => number): AdminRoute {
  return {
    path: 'governance',
    summary: 'Policy, limits and redaction that are in force, and what was decided, newest first.',
    parameters: DECISION_PARAMETERS,
    answer: governanceAnswer,
    mediaType: 'application/json',
    tellsOfRows: false,
    handler: async ({ query }) => {
      const page = new Parameters(query, DECISION_PARAMETERS).pageOfInstance('decisions', DEFAULT_DECISIONS);
      const { rows } = await sources.store.list('decisions', page);
      return jsonAnswer({
        generated_at: new Date(now()).toISOString(),
        ...(await sources.governance()),
        ...(sources.keepsRows === false ? {} : { stats: await countDecisions(sources.store) }),
        recent_decisions: rows,
      });
    },
  };
}

interface StateShape {
  readonly answer: ZodType;
  readonly read: (baseUrl: string) => JsonRecord | Promise<JsonRecord>;
}

function state(path: string, summary: string, { answer, read }: StateShape): AdminRoute {
  return {
    path,
    summary,
    parameters: [],
    answer,
    mediaType: 'application/json',
    tellsOfRows: false,
    handler: async ({ query, baseUrl }) => {
      Parameters.none(query);
      return jsonAnswer(await read(baseUrl));
    },
  };
}

async function countDecisions(store: CallStore): Promise<Readonly<Record<DecisionRow['outcome'], number>>> {
  const counts = { allowed: 0, denied: 0, throttled: 0, failed: 0 };
  for await (const { outcome } of store.scan('decisions')) {
    counts[outcome] += 1;
  }
  return counts;
}

async function healthOf(sources: AdminSources): Promise<JsonRecord> {
  const own = await sources.health();
  const stores = await sources.store.usage();
  const more = own['stores'];
  return { ...own, stores: { ...stores, ...(typeof more === 'object' ? more : {}) } };
}
