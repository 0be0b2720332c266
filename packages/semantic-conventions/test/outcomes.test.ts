import { describe, expect, test } from '@jest/globals';
import { ERROR_KIND_FACTS, ERROR_KINDS, type ErrorKind, INSTANCE_NEVER_REGISTERED, OUTCOMES } from '../src/index.ts';

// The two tables of the context contract, as it writes them.
const OUTCOME_TABLE: Readonly<Record<string, readonly ErrorKind[]>> = {
  tool_error: ['tool-error'],
  unknown_tool: ['unknown-slug'],
  bad_request: [
    'bad-request',
    'invalid-params',
    'ambiguous',
    'skill-not-loaded',
    'payload-too-large',
    'thread-affinity-violation',
    'instance-conflict',
  ],
  denied: ['unauthorized', 'forbidden', 'policy-denied', 'unsafe-backend-target'],
  throttled: ['throttled'],
  host_busy: ['host-busy', 'queue-full'],
  backend_unreachable: ['not-ready', 'instance-offline', 'backend-unreachable', 'circuit-open'],
  protocol_error: ['backend-error', 'schema-unavailable'],
  cancelled: ['cancelled'],
  timeout: ['timeout'],
  host_died: ['host-died'],
  internal: ['internal'],
};
const STATUS_TABLE =
  'unknown-slug 404 · ambiguous 409 · skill-not-loaded 409 · invalid-params 400 · bad-request 400 · unauthorized 401 · forbidden 403 · policy-denied 403 · throttled 429 · host-busy 503 · not-ready 503 · instance-offline 410 · instance-conflict 409 · queue-full 503 · timeout 504 · host-died 502 · backend-error 502 · schema-unavailable 502 · payload-too-large 413 · thread-affinity-violation 409 · unsafe-backend-target 403 · backend-unreachable 502 · circuit-open 503 · cancelled 499 · internal 500 · tool-error 200';

describe('ERROR_KIND_FACTS', () => {
  test('gives each kind the outcome of the contract', () => {
    const byContract = Object.entries(OUTCOME_TABLE).flatMap(([outcome, kinds]) =>
      kinds.map((kind) => [kind, outcome]),
    );
    const byCode = ERROR_KINDS.map((kind) => [kind, ERROR_KIND_FACTS[kind].outcome]);
    expect(Object.fromEntries(byCode)).toEqual(Object.fromEntries(byContract));
  });

  test('gives each kind the HTTP status of the contract', () => {
    const byContract = STATUS_TABLE.split(' · ').map((pair) => pair.split(' '));
    const byCode = ERROR_KINDS.map((kind) => [kind, String(ERROR_KIND_FACTS[kind].httpStatus)]);
    expect(Object.fromEntries(byCode)).toEqual(Object.fromEntries(byContract));
  });

  test('reaches every outcome but the two successes', () => {
    const reached = new Set(ERROR_KINDS.map((kind) => ERROR_KIND_FACTS[kind].outcome));
    expect(OUTCOMES.filter((outcome) => !reached.has(outcome))).toEqual(['ok', 'late_ok']);
  });

  test('tells for each kind what to do next', () => {
    expect(ERROR_KINDS.filter((kind) => !/^[A-Z].+\.$/.test(ERROR_KIND_FACTS[kind].recommendedNextAction))).toEqual([]);
  });

  test('answers 404 unknown_tool for an instance that was never registered', () => {
    expect(INSTANCE_NEVER_REGISTERED).toMatchObject({ outcome: 'unknown_tool', httpStatus: 404, retryable: false });
  });
});
