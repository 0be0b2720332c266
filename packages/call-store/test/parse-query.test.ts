import { MAX_QUERY_CHARS, MAX_QUERY_TERMS, messageHash, parseQuery, QUERY_FIELDS } from '@dcc-mcp/call-store/query';
import { describe, expect, test } from '@jest/globals';
import { callRow, contention, FAILED, searchRow, traceOf } from './rows.ts';

const render = callRow(1, {
  ...FAILED,
  tool: 'houdini.0a0a0a0a.render_frame',
  duration_ms: 2500,
  output_bytes: 20_480,
  agent_name: 'Lighting Agent',
  actor_id: 'ana',
  retries: 2,
  forwarded_for: ['10.0.0.1', '10.0.0.2'],
  attribution_trust: { actor_id: 'auth' },
  policy: { outcome: 'allowed' },
  search: { search_id: 's-1', selected_rank: 2, rank_bucket: 'top3' },
});

function matches(text: string, row: object = render): boolean {
  const reading = parseQuery(text, QUERY_FIELDS.calls);
  if (!reading.ok) {
    throw new Error(`${reading.issue.message} (at ${reading.issue.position})`);
  }
  return reading.predicate(row);
}

function issueOf(text: string) {
  const reading = parseQuery(text, QUERY_FIELDS.calls);
  return reading.ok ? undefined : reading.issue;
}

describe('a query that holds', () => {
  test.each([
    '',
    '   ',
    'outcome=timeout tool~render duration_ms>2s',
    'outcome = timeout',
    'outcome=ok OR outcome=timeout',
    'outcome=ok tool~maya OR outcome=timeout tool~render',
    'outcome=timeout AND tool~render',
    'outcome!=ok',
    'tool~RENDER',
    'tool!~maya',
    'tool=houdini.0a0a0a0a.render_frame',
    "tool='houdini.0a0a0a0a.render_frame'",
    'duration_ms>=2500',
    'duration_ms>2499.5ms',
    'duration_ms<=2.5s',
    'duration_ms<1m',
    'duration_ms=2500ms',
    'duration_ms!=2501',
    'output_bytes>=20KiB',
    'output_bytes<21kb',
    'success=false',
    'success!=true',
    'trace_sampled=true',
    'status=err',
    'error.kind=timeout',
    'error~"no answer"',
    'error.retryable=false',
    `error.message_hash=${messageHash('no answer within 30000 ms')}`,
    'error.message_hash!=00000000',
    'policy.outcome=allowed',
    'search.selected_rank<=3',
    'forwarded_for=10.0.0.2',
    'forwarded_for!=10.0.0.3',
    'attribution_trust=auth',
    'agent_name="Lighting Agent"',
    'agent_name~"light"',
    'timestamp>=2026-11-29T10:00:01Z',
    'timestamp>2026-11-29T10:00:00',
    'timestamp<2026-11-30',
    'timestamp<"2026-11-29 10:30"',
    'timestamp<2026-11-29T12:00:00+01:00',
    'skill_name!=anything',
    'skill_name!~anything',
    'render',
    '"Lighting Agent"',
    'lighting ana',
    'no answer',
    'req-1',
    'nothing OR render',
    '"OR" OR render',
  ])('%s', (text) => {
    expect(matches(text)).toBe(true);
  });
});

describe('a text that only looks like a negation', () => {
  const row = callRow(1, {
    ...FAILED,
    error: { ...FAILED.error, message: 'NOT found: -v -5 -Xmx=2g --tool=x "-outcome=ok"' },
  });
  test.each(['-v', '-5', '-Xmx=2g', '--tool=x', 'NOT found', 'NOT', '"-outcome=ok"', '"NOT" outcome=timeout'])(
    '%s',
    (text) => {
      expect(matches(text, row)).toBe(true);
    },
  );
});

describe('a query that does not hold', () => {
  test.each([
    'outcome=ok',
    'outcome=timeout tool~maya',
    'outcome=timeout tool~maya OR outcome=ok tool~render',
    'duration_ms>2500',
    'duration_ms<2500',
    'skill_name=anything',
    'skill_name~anything',
    'queue_ms>0',
    'queue_ms<1',
    'tool=render',
    'agent_name=lighting',
    'forwarded_for!=10.0.0.2',
    'attribution_trust=header',
    'blender',
    '"OR"',
    'timestamp<2026-11-29',
  ])('%s', (text) => {
    expect(matches(text)).toBe(false);
  });
});

describe('a text that is no query says what is wrong and where', () => {
  test.each([
    ['outcme=ok', 0, 'There is no field "outcme". Did you mean outcome?', 'outcome'],
    ['tool~a duration>2s', 7, 'There is no field "duration". Did you mean duration_ms?', 'duration_ms'],
    ['agent-id=x', 0, 'There is no field "agent-id". Did you mean agent_id?', 'agent_id'],
    ['constructor=x', 0, 'There is no field "constructor".', undefined],
    ['outcome=timeot', 8, '"timeot" is no value of outcome: expected one of ok, ', 'timeout'],
    ['outcome>ok', 0, '> does not work on outcome; use one of = != ~ !~.', undefined],
    ['tool>a', 0, '> does not work on tool; use one of = != ~ !~.', undefined],
    ['duration_ms~2', 0, '~ does not work on duration_ms; use one of = != > >= < <=.', undefined],
    ['duration_ms>fast', 12, '"fast" is no value of duration_ms: expected a number of milliseconds', undefined],
    ['duration_ms>2d', 12, '"2d" is no value of duration_ms', undefined],
    ['retries>2s', 8, '"2s" is no value of retries: expected a number.', undefined],
    ['retries>1e3', 8, '"1e3" is no value of retries', undefined],
    ['success=yes', 8, '"yes" is no value of success: expected true or false.', undefined],
    ['timestamp>yesterday', 10, '"yesterday" is no value of timestamp: expected a time such as', undefined],
    ['timestamp>2026-02-31', 10, '"2026-02-31" is no value of timestamp', undefined],
    ['timestamp>2026-13-01', 10, '"2026-13-01" is no value of timestamp', undefined],
    ['-outcome=ok', 0, '"-outcome=ok" is no negation here; write outcome!=ok, or put it in quotes', undefined],
    ['tool~a !outcome=ok', 7, '"!outcome=ok" is no negation here; write outcome!=ok, or', undefined],
    ['NOT tool~maya', 0, '"NOT tool~maya" is no negation here; write tool!~maya, or', undefined],
    ['-duration_ms>2s', 0, '"-duration_ms>2s" is no negation here; write duration_ms<=2s, or', undefined],
    ['-agent_name="Demo agent"', 0, '"-agent_name="Demo" is no negation here; write agent_name!=…, or', undefined],
    ['tool=', 5, 'A value is missing after tool=.', undefined],
    ['tool= outcome=ok', 5, 'A value is missing after tool=.', undefined],
    ['tool==x', 5, 'A value that begins with an operator has to stand in quotes.', undefined],
    ['=x', 0, 'An operator needs the name of a field before it.', undefined],
    ['tool~"open', 5, 'A quote (") is opened and never closed.', undefined],
    ['"a"b', 3, 'After a closing quote there has to be a space.', undefined],
    ['(tool=a)', 0, 'Brackets have no meaning here', undefined],
    ['OR tool=a', 0, 'OR needs a condition before it', undefined],
    ['tool=a OR', 7, 'OR needs a condition after it', undefined],
    ['tool=a OR OR tool=b', 10, 'OR needs a condition before it', undefined],
  ])('%s', (text, position, message, nearest) => {
    const issue = issueOf(text);
    expect(issue?.message).toContain(message);
    expect([issue?.position, issue?.nearest]).toEqual([position, nearest]);
  });

  test('a text past the bound', () => {
    expect(issueOf('x'.repeat(MAX_QUERY_CHARS))).toBeUndefined();
    expect(issueOf('x'.repeat(MAX_QUERY_CHARS + 1))?.message).toContain('at most 2048 characters');
  });

  test('more conditions than the bound', () => {
    expect(issueOf('a '.repeat(MAX_QUERY_TERMS))).toBeUndefined();
    expect(issueOf('a '.repeat(MAX_QUERY_TERMS + 1))).toMatchObject({
      position: MAX_QUERY_TERMS * 2,
      message: 'A query has at most 64 conditions; this one has 65.',
    });
  });
});

const { started_at: _, ...traceRow } = traceOf(1);

test.each([
  ['calls', callRow(1)],
  ['traces', traceRow],
  ['searches', searchRow(1)],
  ['events', contention(1)],
] as const)('every column of %s that holds a plain value can be asked for', (kind, row) => {
  const readings = Object.entries(row)
    .filter(([, value]) => typeof value !== 'object')
    .map(([name, value]) => parseQuery(`${name}="${value}"`, QUERY_FIELDS[kind]));
  expect(readings.filter((reading) => !reading.ok || !reading.predicate(row))).toEqual([]);
});

test('the parsed query is plain data that can be sent and stored', () => {
  const reading = parseQuery('outcome=timeout "a b" OR duration_ms>2s', QUERY_FIELDS.calls);
  const query = reading.ok ? reading.query : undefined;
  expect(JSON.parse(JSON.stringify(query))).toEqual({
    anyOf: [
      [
        { kind: 'comparison', field: 'outcome', operator: '=', value: 'timeout' },
        { kind: 'text', text: 'a b' },
      ],
      [{ kind: 'comparison', field: 'duration_ms', operator: '>', value: 2000 }],
    ],
  });
});
