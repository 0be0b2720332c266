// What the settings of telemetry, access, limits and files show.
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type Effect, type Lab, type Place, SERVER } from './lab.ts';
import { PUBLISHED } from './signed-tokens.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const PARENT = { traceparent: `00-${TRACE}-b7ad6b7169203331-01` };

/** Spans leave to the sink of the place. */
const exported = ({ sink }: Place) => ({ OTEL_EXPORTER_OTLP_ENDPOINT: sink.url });

const searchStatus =
  (headers: Readonly<Record<string, string>> = {}) =>
  async (lab: Lab): Promise<number> =>
    (await lab.post('/v1/search', {}, headers)).status;

const callStatus =
  (tool: string) =>
  async (lab: Lab): Promise<number> =>
    (await lab.call(tool)).status;

const twice =
  (tool: string) =>
  async (lab: Lab): Promise<readonly number[]> => [(await lab.call(tool)).status, (await lab.call(tool)).status];

const bearer = (claims: object) => ({ authorization: `Bearer ${PUBLISHED.token(claims)}` });
const later = Math.floor(Date.now() / 1000) + 3_600;
const keys = ({ upstream }: Place): string => upstream.keysUrl;
const jwks = (place: Place) => ({ 'auth.jwksUrl': keys(place) });

/** Rows in `audit.jsonl` after three calls and the end. */
async function keptRows(lab: Lab): Promise<number> {
  for (let round = 0; round < 3; round += 1) {
    await lab.call('read');
  }
  await lab.stop();
  const file = join(lab.folder, 'audit', 'audit.jsonl');
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').length : 0;
}

const audit = ({ folder }: Place) => ({ 'audit.dir': join(folder, 'audit') });

const AS_JOB = { prefer: 'respond-async' };

async function startJob(lab: Lab, tool: string): Promise<string> {
  return String((await lab.call(tool, {}, AS_JOB)).body['job_id']);
}

/** @returns How it ended. */
async function untilOver(lab: Lab, id: string): Promise<unknown> {
  await lab.get(`/v1/jobs/${id}/events`); // a stream that ends with the job
  return (await lab.get(`/v1/jobs/${id}`)).body['state'];
}

type Stores = Readonly<Record<string, { readonly max_bytes?: number }>>;

export const ACCESS_EFFECTS: Readonly<Record<string, Effect>> = {
  'registry.registerAllow': {
    value: ['10.0.0.0/8'],
    observe: async (lab) => {
      const body = { instance_id: randomUUID(), dcc_type: 'maya', mcp_url: 'http://10.9.8.7:9/mcp' };
      return (await lab.post('/v1/instances/register', body)).status;
    },
  },
  'telemetry.traceParent': {
    env: exported,
    value: 'local',
    observe: async (lab) => {
      await lab.call('read', {}, PARENT);
      return (await lab.spans()).some(({ traceId }) => traceId === TRACE);
    },
  },
  'telemetry.protocolSpans': {
    env: exported,
    value: true,
    observe: async (lab) => {
      await lab.mcp('tools/list');
      return (await lab.spans()).map(({ name }) => name);
    },
  },
  'telemetry.captureContent': {
    env: exported,
    value: ['call'],
    observe: async (lab) => {
      await lab.call('read', { n: 271_828 });
      return JSON.stringify((await lab.spans()).map(({ attributes }) => attributes)).includes('271828');
    },
  },
  'telemetry.baggageAllow': {
    value: ['show'],
    observe: async (lab) => {
      await lab.call('read', {}, { ...PARENT, baggage: 'show=dune,secret=1' });
      return lab.upstream.calls.at(-1)?.headers['baggage'];
    },
  },
  'auth.tokens': { value: [{ token: 'a-token-of-this-test' }], observe: searchStatus() },
  'auth.tokenFile': {
    value: (place: Place) => place.write('token', 'a-token-of-this-test\n'),
    observe: searchStatus(),
  },
  'auth.jwksUrl': { value: keys, observe: searchStatus() },
  'auth.audience': { base: jwks, value: 'gateway', observe: searchStatus(bearer({ sub: 'ada', exp: later })) },
  'auth.issuer': {
    base: jwks,
    value: 'https://id.studio.example',
    observe: searchStatus(bearer({ sub: 'ada', exp: later })),
  },
  'policy.quarantine': {
    value: 'on-change',
    base: ({ upstream }) => ({ [`${SERVER}.url`]: upstream.moodyUrl }),
    observe: async (lab) => {
      await lab.call('nobody_has_it');
      return (await lab.call('nod')).status;
    },
  },
  stateDir: {
    base: { 'policy.quarantine': 'on-change' },
    value: ({ folder }: Place) => join(folder, 'state'),
    observe: async (lab) => {
      await lab.call('read');
      await lab.stop();
      return existsSync(join(lab.folder, 'state', 'approvals.json'));
    },
  },
  'policy.readOnly': { value: true, observe: callStatus('write') },
  'policy.allowedDccTypes': { value: ['maya'], observe: callStatus('read') },
  'policy.allowedSkillNames': { value: ['mesh-tools'], observe: callStatus('read') },
  'policy.allowedSkillFamilies': { value: ['mesh'], observe: callStatus('read') },
  'policy.allowedToolSlugs': { value: ['seen.00000000.other'], observe: callStatus('read') },
  'policy.allowedToolSlugPrefixes': { value: ['maya.'], observe: callStatus('read') },
  'limits.ratePerMinute': {
    value: 1,
    observe: async (lab) => [(await lab.call('read')).status, (await lab.call('read')).status],
  },
  'limits.concurrencyPerPrincipal': {
    value: 1,
    observe: async (lab) =>
      new Set((await Promise.all([lab.call('work'), lab.call('work')])).map(({ status }) => status)),
  },
  'limits.readOnlyRatePerMinute': { value: 1, observe: twice('read') },
  'limits.destructiveRatePerMinute': { value: 1, observe: twice('wipe') },
  'limits.toolRatesPerMinute': { value: { 'wri*': 1 }, observe: twice('write') },
  'limits.loopCalls': {
    value: 2,
    base: { 'limits.refuseLoops': true },
    observe: async (lab) => [
      await callStatus('read')(lab),
      await callStatus('read')(lab),
      await callStatus('read')(lab),
    ],
  },
  'limits.loopWindowSecs': {
    value: 1,
    base: { 'limits.refuseLoops': true, 'limits.loopCalls': 2 },
    observe: async (lab) => {
      const answers = [await lab.call('read'), await lab.call('read'), await lab.call('read')];
      return answers.map(({ headers }) => Number(headers.get('retry-after') ?? 0) > 1);
    },
  },
  'limits.refuseLoops': {
    value: true,
    base: { 'limits.loopCalls': 2 },
    observe: async (lab) => [...(await twice('read')(lab)), ...(await twice('read')(lab))],
  },
  'limits.readRetryMax': { value: 0, observe: callStatus('fail_once') },
  'limits.circuitFailureThreshold': {
    base: { 'limits.readRetryMax': 0 },
    value: 1,
    observe: async (lab) => [(await lab.call('fail')).status, (await lab.call('read')).status],
  },
  'limits.circuitOpenSecs': {
    base: { 'limits.readRetryMax': 0, 'limits.circuitFailureThreshold': 1 },
    value: 1,
    observe: async (lab) => {
      await lab.call('fail');
      await wait(1_100);
      return (await lab.call('read')).status;
    },
  },
  'jobs.retentionSecs': {
    value: 1,
    observe: async (lab) => {
      const id = await startJob(lab, 'read');
      await untilOver(lab, id);
      await wait(1_100);
      return (await lab.get(`/v1/jobs/${id}`)).status;
    },
  },
  'jobs.timeoutSecs': {
    value: 1,
    observe: async (lab) => untilOver(lab, await startJob(lab, 'dawdle')),
  },
  'jobs.maxFinished': {
    value: 1,
    observe: async (lab) => {
      const ids = [await startJob(lab, 'read'), await startJob(lab, 'work')];
      await untilOver(lab, ids[1]!);
      return (await lab.get(`/v1/jobs/${ids[0]}`)).status;
    },
  },
  'jobs.maxOpen': {
    value: 1,
    observe: async (lab) => [(await lab.call('work', {}, AS_JOB)).status, (await lab.call('work', {}, AS_JOB)).status],
  },
  'audit.dir': { value: ({ folder }: Place) => join(folder, 'audit'), observe: keptRows },
  'audit.maxRows': { base: audit, value: 1, observe: keptRows },
  'audit.maxBytes': { base: audit, value: 1_024, observe: keptRows },
  'audit.indexMaxBytes': {
    base: audit,
    value: 1_048_576,
    observe: async (lab) => ((await lab.get('/v1/debug/health')).body['stores'] as Stores)['audit_index']?.max_bytes,
  },
};

/** mcpproxy-go's block, which stands for other settings. */
export const OBSERVABILITY_EFFECTS: Readonly<Record<string, Effect>> = {
  'observability.metrics.enabled': { value: true, observe: async (lab) => (await lab.get('/metrics')).status },
  'observability.tracing.enabled': {
    base: ({ sink }) => ({
      'observability.tracing.endpoint': sink.url.replace('http://', ''),
      'observability.tracing.sample_rate': 1,
    }),
    value: true,
    observe: spansOfCall,
  },
  'observability.tracing.endpoint': {
    base: { 'observability.tracing.enabled': true, 'observability.tracing.sample_rate': 1 },
    value: ({ sink }: Place) => sink.url,
    observe: spansOfCall,
  },
  'observability.tracing.sample_rate': {
    base: tracing,
    value: 1,
    other: 0,
    observe: spansOfCall,
  },
  'observability.tracing.protocol': {
    base: (place) => ({ ...tracing(place), 'observability.tracing.sample_rate': 1 }),
    value: 'grpc',
    observe: spansOfCall,
  },
};

function tracing({ sink }: Place) {
  return { 'observability.tracing.enabled': true, 'observability.tracing.endpoint': sink.url };
}

async function spansOfCall(lab: Lab): Promise<boolean> {
  await lab.call('read');
  return (await lab.spans()).length > 0;
}
