import { ERROR_KINDS, OUTCOMES } from '@dcc-mcp/semantic-conventions';
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import {
  errorEnvelope,
  outcomeOfKind,
  spanStatusOfOutcome,
  statusOfOutcome,
  toErrorBody,
  toolFailure,
} from '../src/index.ts';

const text = (body: string): object => ({ content: [{ type: 'text', text: body }] });

const withStatus = (status: string): readonly string[] =>
  OUTCOMES.filter((outcome) => spanStatusOfOutcome(outcome) === status);

describe('toolFailure', () => {
  test.each([
    ['isError', { isError: true, content: [] }],
    ['success false in structuredContent', { structuredContent: { success: false }, content: [] }],
    ['success false in the sole text block', text('{"success":false,"error":"x"}')],
    ['success false in the sole text block, indented', text(' \n{ "success" : false }')],
    ['success false in the sole text block, escaped', text(String.raw`{"\u0073ucces\u0073":false}`)],
  ])('is true for %s', (_, result) => {
    expect(toolFailure(result)).toBe(true);
  });

  test.each([
    ['a plain result', text('done')],
    ['isError as a string', { isError: 'true' }],
    ['success as a string', { structuredContent: { success: 'false' } }],
    ['success false below the top', { structuredContent: { result: { success: false } } }],
    ['success false in text beside structuredContent', { ...text('{"success":false}'), structuredContent: { ok: 1 } }],
    [
      'success false in one of two blocks',
      {
        content: [
          { type: 'text', text: '{"success":false}' },
          { type: 'text', text: '' },
        ],
      },
    ],
    ['success false in a list', text('[{"success":false}]')],
    ['text that is no JSON', text('{"success":false')],
    ['structuredContent that is a list', { structuredContent: [{ success: false }] }],
    ['nothing', undefined],
  ])('is false for %s', (_, result) => {
    expect(toolFailure(result)).toBe(false);
  });

  test('never throws, whatever the result', () => {
    fc.assert(fc.property(fc.jsonValue(), (result) => expect(typeof toolFailure(result)).toBe('boolean')));
  });
});

describe('outcome words', () => {
  test('have status success for ok and late_ok alone', () => {
    expect(OUTCOMES.filter((outcome) => statusOfOutcome(outcome) === 'success')).toEqual(['ok', 'late_ok']);
  });

  test('make a span an error for what went wrong on our side, never for the caller’s own faults', () => {
    expect({ ok: withStatus('ok'), error: withStatus('error'), unset: withStatus('unset') }).toEqual({
      ok: ['ok'],
      error: ['tool_error', 'protocol_error', 'timeout', 'backend_unreachable', 'host_busy', 'host_died', 'internal'],
      unset: ['cancelled', 'denied', 'throttled', 'bad_request', 'unknown_tool', 'late_ok'],
    });
  });

  test('follow from the kind, and for instance-offline from whether it ever lived', () => {
    expect(outcomeOfKind('instance-offline')).toBe('backend_unreachable');
    expect(outcomeOfKind('instance-offline', 'never-registered')).toBe('unknown_tool');
    expect(ERROR_KINDS.map((kind) => outcomeOfKind(kind)).every((outcome) => OUTCOMES.includes(outcome))).toBe(true);
  });
});

describe('errorEnvelope', () => {
  test.each([
    [2_047, 2_047],
    [2_048, 2_048],
    [2_049, 2_048],
  ])('has of a message of %i bytes %i', (given, kept) => {
    expect(toErrorBody({ kind: 'unknown-slug', message: 'x'.repeat(given) }).message).toHaveLength(kept);
  });

  test('has the contract’s fields and the request’s ids', () => {
    const envelope = errorEnvelope(
      { kind: 'throttled', message: 'too many', retryAfterSeconds: 3 },
      { requestId: 'r', traceId: 't' },
    );
    expect(envelope).toEqual({
      error: {
        kind: 'throttled',
        message: 'too many',
        retryable: true,
        recommended_next_action: 'Wait as long as Retry-After says, then send the request again.',
        retry_after_secs: 3,
      },
      request_id: 'r',
      trace_id: 't',
    });
  });

  test('names the previous status of an instance that left', () => {
    const body = toErrorBody({ kind: 'instance-offline', message: 'gone', previousStatus: 'exited' });
    expect(body.previous_status).toBe('exited');
    expect(toErrorBody({ kind: 'instance-offline', message: 'x', detail: 'never-registered' }).previous_status).toBe(
      'never-registered',
    );
  });
});
