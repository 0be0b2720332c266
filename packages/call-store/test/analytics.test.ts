// What is computed of rows, computed again the simple way.
import {
  type CallRow,
  newRowId,
  type SearchRow,
  type SearchRowFollowUp,
  type Trace,
  type TraceOperation,
} from '@dcc-mcp/call-store';
import {
  agentPacket,
  type AgentPacket,
  bundle,
  type BundleRows,
  issueReport,
  rootCause,
  searchTelemetry,
  stats,
  type TopRow,
  workflows,
} from '@dcc-mcp/call-store/analytics';
import { parseQuery, type Query, QUERY_FIELDS, toPredicate } from '@dcc-mcp/call-store/query';
import { type ErrorKind, type Outcome, OUTCOMES } from '@dcc-mcp/semantic-conventions';
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { at, callRow, FAILED, identity, millisAt, searchRow, traceOf } from './rows.ts';

const outcomes = fc.constantFrom<Outcome>(...OUTCOMES);
const word = fc.constantFrom('a', 'b', 'c');
/** More than a list of the top ones has. */
const manyWords = fc.nat(15).map((number) => `agent-${number}`);
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined });

const calls = fc.array(
  fc
    .record({
      second: fc.integer({ min: -100, max: 3_700 }),
      outcome: outcomes,
      duration_ms: fc.double({ min: 0, max: 60_000, noNaN: true }),
      queue_ms: maybe(fc.nat(100)),
      error: maybe(
        fc.record({
          kind: fc.constantFrom<ErrorKind>('timeout', 'internal'),
          message: fc.tuple(fc.constantFrom('frame', 'layer', 'scene'), fc.nat(4)).map((words) => words.join(' ')),
          retryable: fc.constant(false),
        }),
      ),
      tool: word,
      agent_name: maybe(word),
      agent_id: maybe(manyWords),
      instance_id: maybe(word),
      output_tokens: fc.nat(1_000),
    })
    .map(({ second, outcome, error, ...more }) => {
      const success = outcome === 'ok' || outcome === 'late_ok';
      const known = { ...more, error: success ? undefined : error };
      const members: object = Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined));
      return callRow(second, { ...members, outcome, success, status: success ? 'ok' : 'err' });
    }),
  { maxLength: 60 },
);

const HOUR = { range: '1h', since: millisAt(0), until: millisAt(3_600) } as const;

/** The smallest value that at least so many percent are not above. */
function naivePercentile(values: readonly number[], percent: number): number | undefined {
  return [...values]
    .toSorted((a, b) => a - b)
    .find((value) => values.filter((each) => each <= value).length * 100 >= percent * values.length);
}

const millisOf = (rows: readonly CallRow[]): readonly number[] => rows.map(({ duration_ms: millis }) => millis);
const messageOf = ({ error }: CallRow): string | undefined => error?.message;
const failedOf = (rows: readonly CallRow[]): number => rows.filter(({ success }) => !success).length;

/** Added from the smallest on: of another order the last digit may be another one. */
function naiveMean(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b).reduce((sum, value) => sum + value, 0) / values.length;
}

function naiveTop(
  rows: readonly CallRow[],
  nameOf: (row: CallRow) => string | undefined,
  weight: 'count' | 'failed' | 'p95_ms' = 'count',
): readonly TopRow[] {
  const names = [...new Set(rows.map(nameOf))].filter((name) => name !== undefined).toSorted();
  return names
    .map((name) => {
      const of = rows.filter((row) => nameOf(row) === name);
      return {
        name,
        count: of.length,
        failed: failedOf(of),
        failure_rate: failedOf(of) / of.length,
        mean_ms: naiveMean(millisOf(of)),
        p95_ms: naivePercentile(millisOf(of), 95)!,
        output_tokens: of.reduce((sum, { output_tokens: tokens }) => sum + tokens, 0),
      };
    })
    .toSorted((a, b) => b[weight] - a[weight])
    .slice(0, 10);
}

describe('stats', () => {
  test('every number is that of the rows behind it', () => {
    fc.assert(
      fc.property(calls, (rows) => {
        const inside = rows.filter(({ timestamp }) => timestamp >= at(0) && timestamp <= at(3_600));
        const durations = inside.map(({ duration_ms: millis }) => millis);
        const told = stats(rows, HOUR);
        const failed = inside.filter(({ success }) => !success).length;
        expect([told.total_calls, told.failed_calls, told.successful_calls]).toEqual([
          inside.length,
          failed,
          inside.length - failed,
        ]);
        expect(Object.values(told.by_outcome).reduce((sum, n) => sum + n, 0)).toBe(inside.length);
        expect([told.latency_ms?.p50, told.latency_ms?.p95, told.latency_ms?.p99]).toEqual(
          [50, 95, 99].map((percent) => naivePercentile(durations, percent)),
        );
        const queues = inside.flatMap(({ queue_ms: millis }) => millis ?? []);
        expect(told.phases_ms.queue?.p95).toBe(naivePercentile(queues, 95));
        expect(told.timeseries).toHaveLength(60);
        expect(told.timeseries.reduce((sum, bucket) => sum + bucket.calls, 0)).toBe(inside.length);
        expect(told.timeseries.reduce((sum, bucket) => sum + bucket.failed, 0)).toBe(failed);
      }),
    );
  });

  test('lists name the ten with most calls, failures or time, those of as many by name', () => {
    fc.assert(
      fc.property(calls, (rows) => {
        const inside = rows.filter(({ timestamp }) => timestamp >= at(0) && timestamp <= at(3_600));
        const failing = naiveTop(inside, ({ tool }) => tool, 'failed').filter(({ failed }) => failed > 0);
        expect(stats(rows, HOUR)).toMatchObject({
          top_tools: naiveTop(inside, ({ tool }) => tool),
          slowest_tools: naiveTop(inside, ({ tool }) => tool, 'p95_ms'),
          failing_tools: failing,
          top_instances: naiveTop(inside, ({ instance_id: instance }) => instance),
          top_agents: naiveTop(inside, ({ agent_name: name, agent_id: agent }) => name ?? agent),
          top_actors: [],
        });
      }),
    );
  });

  test('an error counts the calls that a query of it gives, whatever values their messages have', () => {
    fc.assert(
      fc.property(calls, (rows) => {
        const inside = rows.filter(({ timestamp }) => timestamp >= at(0) && timestamp <= at(3_600));
        const { top_errors: errors } = stats(rows, HOUR);
        for (const { outcome, kind, message_hash: hash, ...told } of errors) {
          const reading = parseQuery(
            `outcome=${outcome} error.kind=${kind} error.message_hash=${hash}`,
            QUERY_FIELDS.calls,
          );
          const behind = inside.filter(toPredicate((reading as { readonly query: Query }).query, QUERY_FIELDS.calls));
          const times = behind.map(({ timestamp }) => timestamp).toSorted();
          expect(told).toMatchObject({
            count: behind.length,
            tools: new Set(behind.map(({ tool }) => tool)).size,
            first_at: times[0],
            last_at: times.at(-1),
            who: rootCause({ outcome })?.who,
          });
          expect(behind.filter(({ timestamp }) => timestamp === told.last_at).map(messageOf)).toContain(told.message);
        }
        const counts = errors.map(({ count }) => count);
        expect(counts).toEqual(counts.toSorted((one, other) => other - one));
        const named = inside.filter(({ error }) => error !== undefined).length;
        const counted = counts.reduce((sum, n) => sum + n, 0);
        expect(errors.length === 10 ? Math.max(counted, named) : counted).toBe(named);
      }),
    );
  });

  test('a bucket has the percentiles of its own calls', () => {
    fc.assert(
      fc.property(calls, (rows) => {
        const { timeseries } = stats(rows, HOUR);
        for (const [minute, bucket] of timeseries.slice(0, -1).entries()) {
          const own = rows.filter(({ timestamp }) => timestamp >= at(minute * 60) && timestamp < at((minute + 1) * 60));
          expect([bucket.calls, bucket.failed, bucket.p50, bucket.p95]).toEqual([
            own.length,
            failedOf(own),
            naivePercentile(millisOf(own), 50),
            naivePercentile(millisOf(own), 95),
          ]);
        }
      }),
    );
  });

  test('a bucket holds the calls from its begin to the next', () => {
    const { timeseries } = stats([callRow(0), callRow(59), callRow(60), callRow(3_600)], HOUR);
    expect(timeseries.map(({ calls: n }) => n).filter((n) => n > 0)).toEqual([2, 1, 1]);
    expect([timeseries[0], timeseries[1]!.t]).toEqual([{ t: at(0), calls: 2, failed: 0, p50: 0, p95: 59 }, at(60)]);
    expect(timeseries[2]).toEqual({ t: at(120), calls: 0, failed: 0 });
  });

  test.each([
    [-1, true],
    [0, true],
    [1, false],
  ])('with calls retained from second %p on, complete is %p', (second, complete) => {
    expect(stats([], { ...HOUR, retainedSince: millisAt(second) })).toMatchObject({
      complete,
      retained_since: at(second),
    });
  });

  test('what no call has is absent, and tools that nobody called are counted', () => {
    const told = stats([], { ...HOUR, toolSlugs: ['a', 'b'] });
    expect(told).toMatchObject({ total_calls: 0, phases_ms: {}, complete: false, unused_tools_count: 2 });
    expect(['success_rate', 'latency_ms', 'retained_since'].filter((name) => name in told)).toEqual([]);
  });
});

const rows = fc.array(
  fc.record({
    operation: fc.constantFrom<TraceOperation>('search', 'describe', 'load_skill', 'call', 'call_batch'),
    session_id: maybe(word),
    isTraceSession: fc.boolean(),
    turn_id: maybe(word),
    trace: fc.nat(8),
    parent: maybe(fc.nat(40)),
    isFailed: fc.boolean(),
  }),
  { maxLength: 40 },
);

type Facts = typeof rows extends fc.Arbitrary<readonly (infer Each)[]> ? Each : never;

const toSource = ({ isTraceSession }: Facts): 'trace' | 'agent' => (isTraceSession ? 'trace' : 'agent');

function requestOf(facts: Facts, number: number): { trace: Trace; call?: CallRow; search?: SearchRow } {
  const { operation, session_id: session, turn_id: turn, parent, isFailed } = facts;
  const shared = {
    ...identity(number),
    trace_id: String(facts.trace).padStart(32, '0'),
    ...(session === undefined ? {} : { session_id: session, session_source: toSource(facts) }),
    ...(turn === undefined ? {} : { turn_id: turn }),
    ...(parent === undefined ? {} : { parent_request_id: `req-${parent}` }),
  } as const;
  const ending = isFailed ? FAILED : {};
  const { error: _, ...traceEnding } = { error: undefined, ...ending };
  return {
    trace: traceOf(number, { ...shared, operation, ...traceEnding }),
    ...(operation === 'call' ? { call: callRow(number, { ...shared, ...ending }) } : {}),
    ...(operation === 'search' && !isFailed ? { search: searchRow(number, shared) } : {}),
  };
}

describe('workflows', () => {
  test('each search, describe, load and call is in exactly one, and counts are those of the steps', () => {
    fc.assert(
      fc.property(rows, (facts) => {
        const requests = facts.map(requestOf);
        const list = workflows({
          calls: requests.flatMap(({ call }) => call ?? []),
          searches: requests.flatMap(({ search }) => search ?? []),
          traces: requests.map(({ trace }) => trace),
        });
        const steps = list.flatMap((workflow) => workflow.steps.map(({ step_id: id }) => id));
        const expected = requests.filter(({ trace }) => trace.operation !== 'call_batch');
        expect(steps.toSorted()).toEqual(expected.map(({ trace }) => trace.row_id).toSorted());
        expect(new Set(list.map(({ workflow_id: id }) => id)).size).toBe(list.length);
        for (const workflow of list) {
          const failed = workflow.steps.filter(({ status }) => status === 'err').length;
          expect([workflow.step_count, workflow.failed_steps]).toEqual([workflow.steps.length, failed]);
          const isFailed = workflow.steps.at(-1)!.status === 'err';
          expect(workflow.status).toBe(isFailed ? 'failed' : failed > 0 ? 'warning' : 'completed');
        }
      }),
    );
  });

  test('they are grouped by session and turn, session, trace and chain of parents', () => {
    const list = workflows({
      calls: [
        callRow(1, { session_id: 's', session_source: 'agent', turn_id: 't' }),
        callRow(2, { session_id: 's', session_source: 'agent' }),
        callRow(3, { session_id: 's', session_source: 'protocol' }),
        callRow(4, { trace_id: 'f'.repeat(32), session_id: 'x', session_source: 'trace' }),
        callRow(5, { trace_id: 'f'.repeat(32), parent_request_id: 'req-9' }),
        callRow(6, {}),
        callRow(7, { parent_request_id: 'req-6' }),
        callRow(8, { parent_request_id: 'req-7' }),
        callRow(9, { parent_request_id: 'gone' }),
      ],
      searches: [],
      traces: [],
    });
    expect(
      list.map(({ group_kind: kind, correlation }) => [kind, correlation.request_ids.map((id) => id.slice(4)).join()]),
    ).toEqual([
      ['request', '9'],
      ['request', '6,7,8'],
      ['trace', '4,5'],
      ['session', '2,3'],
      ['turn', '1'],
    ]);
  });

  test('a chain that leads into a ring of parents is one with it', () => {
    const list = workflows({
      calls: [
        callRow(1, { parent_request_id: 'req-2' }),
        callRow(2, { parent_request_id: 'req-3' }),
        callRow(3, { parent_request_id: 'req-2' }),
      ],
      searches: [],
      traces: [],
    });
    expect(list.map(({ workflow_id: id, step_count: steps }) => [id, steps])).toEqual([['request:req-2', 3]]);
  });

  test('a long chain of parents is climbed once', () => {
    let asked = 0;
    const chain = Array.from({ length: 1_000 }, (_, number) =>
      Object.defineProperty(callRow(number + 1), 'parent_request_id', {
        get: () => {
          asked += 1;
          return number === 0 ? undefined : `req-${number}`;
        },
      }),
    );
    expect(workflows({ calls: chain, searches: [], traces: [] })).toHaveLength(1);
    expect(asked).toBeLessThan(20 * chain.length);
  });

  test('one of more than 64 steps counts all and shows the newest', () => {
    const session = { session_id: 's', session_source: 'agent' } as const;
    const many = Array.from({ length: 70 }, (_, number) => callRow(number, session));
    const [workflow] = workflows({ calls: many, searches: [], traces: [] });
    expect([workflow!.step_count, workflow!.steps.length, workflow!.steps.at(-1)!.step_id]).toEqual([
      70,
      64,
      many.at(-1)!.row_id,
    ]);
    expect(workflow!.correlation.request_ids).toHaveLength(70);
  });
});

const followUp = (kind: 'describe' | 'call', rank: number | undefined, success = true): SearchRowFollowUp => ({
  kind,
  timestamp: at(1),
  request_id: 'r',
  trace_id: 't',
  tool_slug: 'maya.a1b2c3d4.create_sphere',
  ...(rank === undefined ? {} : { selected_rank: rank }),
  success,
  elapsed_ms: 10,
});

test('search telemetry has all given searches as its denominator', () => {
  const told = searchTelemetry([
    searchRow(1, { followups: [followUp('describe', 4), followUp('call', 1)], first_success_ms: 10 }),
    searchRow(2, { followups: [followUp('call', 4, false)], reformulation_of: 'search-1' }),
    searchRow(3, { followups: [followUp('call', undefined)] }),
    searchRow(4, { zero_results: true, total: 0, hits: [], query_preview: 'nothing', query_hash: 'z' }),
  ]);
  expect(told.stats).toEqual({
    total_searches: 4,
    zero_result_count: 1,
    zero_result_rate: 0.25,
    selected_count: 2,
    hit_rate_at_1: 0.25,
    hit_rate_at_3: 0.25,
    hit_rate_at_5: 0.5,
    mean_selected_rank: 2.5,
    describe_after_search_rate: 0.25,
    load_after_search_rate: 0,
    call_after_search_rate: 0.75,
    success_after_search_rate: 0.25,
    reformulation_count: 1,
    reformulation_rate: 0.25,
    time_to_first_success_ms: { p50: 10, p95: 10 },
  });
  expect(told.top_zero_result_queries).toEqual([{ query_preview: 'nothing', count: 1, last_at: at(4) }]);
  expect(told.never_selected_tools).toEqual([]);
  expect(searchTelemetry([searchRow(1)]).never_selected_tools).toEqual(['maya.a1b2c3d4.create_sphere']);
});

test.each([
  ['timeout', 'upstream'],
  ['tool_error', 'upstream'],
  ['backend_unreachable', 'upstream'],
  ['host_died', 'upstream'],
  ['protocol_error', 'upstream'],
  ['bad_request', 'client'],
  ['unknown_tool', 'client'],
  ['cancelled', 'client'],
  ['denied', 'policy'],
  ['throttled', 'policy'],
  ['internal', 'gateway'],
  ['host_busy', 'gateway'],
  ['ok', undefined],
  ['late_ok', undefined],
] as const)('a request that ended %s is the fault of %s', (outcome, who) => {
  expect(rootCause({ outcome })?.who).toBe(who);
});

/** Every text of a row replaced, but for the words and keys that the gateway itself makes. */
function poison<T>(value: T, text: string, own: readonly string[]): T {
  const poisoned = (each: unknown, key: string): unknown => {
    if (own.includes(key)) {
      return each;
    }
    if (typeof each === 'string') {
      return text;
    }
    if (Array.isArray(each)) {
      return each.map((item) => poisoned(item, key));
    }
    return typeof each === 'object' && each !== null
      ? Object.fromEntries(Object.entries(each).map(([name, inner]) => [name, poisoned(inner, name)]))
      : each;
  };
  return poisoned(value, '') as T;
}

const PRIVATE = [
  '/mnt/show/secret.ma',
  'C:\\Users\\ada\\scene.ma',
  'render-07.studio.internal',
  '10.0.0.7',
  'fe80::1234:5678',
  'ada@studio.example',
  'Ada Lovelace',
  '1.2.3-secretproject',
  '2026-11-29-private',
  'a | b <script> [x](http://x)',
];

/** The packet of a call that failed with `message`. */
function packetOfFailure(message: string): AgentPacket {
  const failed = bundleRows();
  return agentPacket(bundle({ ...failed, calls: [{ ...failed.calls[0]!, error: { ...FAILED.error, message } }] }));
}

function bundleRows(more: Partial<BundleRows> = {}): BundleRows {
  const row_id = newRowId();
  return {
    lookupId: row_id,
    calls: [
      callRow(1, {
        ...FAILED,
        row_id,
        agent_name: 'x',
        actor_email_hash: 'x',
        client_host: 'x',
        source_ip: 'x',
        forwarded_for: ['x'],
        session_id: 'x',
        turn_id: 'x',
        protocol_version: 'x',
        instance_id: 'x',
        skill_name: 'x',
        policy: { outcome: 'allowed', reason: 'x' },
        job_id: 'x',
      }),
    ],
    traces: [
      traceOf(1, {
        row_id,
        input: { content: 'x', mime_type: 'x', truncated: false, original_size: 1, estimated_tokens: 1, redactions: 0 },
      }),
    ],
    searches: [searchRow(1)],
    events: [{ message: 'x' }],
    contention: [],
    instance: { scene: 'x', display_name: 'x' },
    previousFailures: [callRow(0, FAILED)],
    previousCalls: [callRow(0)],
    links: { trace_api: 'x' },
    ...more,
  };
}

describe('what is told of one request', () => {
  test.each(PRIVATE)('the public report does not hold %p, wherever it stands', (text) => {
    for (const own of [['row_id', 'outcome', 'kind'], []]) {
      const told = poison(bundle(bundleRows()), text, own);
      const report = issueReport(told, { gatewayVersion: text });
      expect(JSON.stringify(report)).not.toContain(JSON.stringify(text).slice(1, -1));
      expect(report.links['trace_api'] ?? '/').toMatch(/^\//);
    }
  });

  test('the public report says what went wrong in words and numbers of the gateway', () => {
    const report = issueReport(bundle(bundleRows()), { gatewayVersion: '1.2.3' });
    expect(report).toMatchObject({
      report_type: 'github_issue_public_safe',
      title: 'call failed: timeout after 1 ms (upstream)',
      summary: {
        outcome: 'timeout',
        error_kind: 'timeout',
        who: 'upstream',
        gateway_version: '1.2.3',
        failed_calls: 1,
      },
    });
    expect(report).not.toHaveProperty('bundle');
    const raw = issueReport(bundle(bundleRows()), { raw: true });
    expect(raw).toMatchObject({
      report_type: 'github_issue_debug_json',
      bundle: { schema: 'dcc-mcp.debug-bundle.v1' },
    });
  });

  test('a compact bundle has no payload, and says so', () => {
    const whole = bundle(bundleRows());
    const compact = bundle(bundleRows(), { compact: true });
    expect([whole.traces[0]!.input?.content, compact.traces[0]!.input]).toEqual(['x', undefined]);
    expect(compact.omitted.join()).toContain('compact=true');
    expect(whole.root_cause).toEqual({
      outcome: 'timeout',
      kind: 'timeout',
      who: 'upstream',
      message: FAILED.error.message,
    });
  });

  test.each([
    ['the words of a tool are in it', FAILED.error.message, /root_cause\.message .* Read it before/],
    ['it has none but ours', '', /^No arguments, results or identities of people are in this packet\.$/],
  ])('the note of a packet says that %s', (_what, message, note) => {
    const packet = packetOfFailure(message);
    expect(packet.root_cause!.message).toBe(message || 'The server did not answer in time.');
    expect(packet.privacy_note).toMatch(note);
  });

  test('a packet without room for the words of a tool does not speak of them', () => {
    const packet = packetOfFailure('m'.repeat(4096));
    expect([packet.root_cause!.message, packet.privacy_note]).toEqual(['', expect.not.stringContaining('root_cause')]);
  });

  test('a packet is at most 4 KiB and holds no payload, whatever the rows hold', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 600 }), fc.nat(200), (text, count) => {
        const many = Array.from({ length: count }, (_, number) => callRow(number, { request_id: `${number}${text}` }));
        const source = bundleRows({ links: { trace_api: text, debug_bundle: text, stats: text.repeat(4) } });
        const poisoned = poison(source, text, ['row_id', 'outcome', 'kind']);
        const packet = agentPacket(bundle({ ...poisoned, calls: [...poisoned.calls, ...many] }));
        expect(Buffer.byteLength(JSON.stringify(packet))).toBeLessThanOrEqual(4096);
        expect(Object.keys(packet)).not.toContain('traces');
      }),
      { numRuns: 50 },
    );
  });
});
