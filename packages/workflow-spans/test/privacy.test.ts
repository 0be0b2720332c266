import { childContext, readRequestContext, responseHeaders } from '@dcc-mcp/request-context';
import { describe, expect, test } from '@jest/globals';
import { SpanStatusCode } from '@opentelemetry/api';
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { createCapturePolicy, createWorkflowSpans, redactingExporter } from '../src/index.ts';
import { countingSettings, startRecording } from './recording.ts';

// Things that must never leave, one of each form.
const SECRETS = [
  'Bearer 9f8e7d6c5b4a39281706',
  'sk-proj-A1b2C3d4E5f6G7h8I9j0',
  'ghp_0123456789abcdefghijABCDEFGHIJ012345',
  'AKIAIOSFODNN7EXAMPLE',
  'xoxb-1234567890-abcdefghij',
  'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U',
  '-----BEGIN RSA PRIVATE KEY-----MIIEowIBAAKCAQEA0Z3VS5JJcds3-----END RSA PRIVATE KEY-----',
  'password=hunter2hunter2',
  'https://joe:hunter2@repo.example.com/x',
  'jane.doe@example.com',
  '4111 1111 1111 1111',
  '078-05-1120',
];
// Private by what it is, not by how it looks.
const PROMPT = 'PRIVATE-PROMPT: think step by step about the merger';

const TEXT_FIELDS = [
  'actor_id', 'actor_name', 'actor_email_hash', 'agent_id', 'agent_name', 'agent_kind', 'agent_version', 'client_platform',
  'client_os', 'client_host', 'model_provider', 'model_version', 'model', 'reasoning_effort', 'session_id', 'turn_id',
  'user_intent_summary', 'agent_reply_summary', 'user_input_hash', 'agent_reply_hash', 'task', 'parent_request_id', 'auth_subject',
]; // prettier-ignore

function plantEverywhere(secret: string): Uint8Array {
  const { tracer, exporter } = startRecording();
  const settings = countingSettings();
  const spans = createWorkflowSpans({ tracer, settings, protocolSpans: true });
  const context = {
    ...Object.fromEntries(TEXT_FIELDS.map((field) => [field, secret])),
    tags: [secret],
    plan: [PROMPT],
    observations: [PROMPT],
    reasoning_summary: PROMPT,
    metadata: { [secret]: PROMPT, note: PROMPT },
    prompt: PROMPT,
    chain_of_thought: PROMPT,
  };
  const headers = {
    ...Object.fromEntries(TEXT_FIELDS.map((field) => [`x-dcc-mcp-${field.replaceAll('_', '-')}`, secret])),
    'user-agent': secret,
    'x-session-id': secret,
    authorization: secret,
    tracestate: `vendor=${secret}`,
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    baggage: `session.id=${encodeURIComponent(secret)}`,
  };
  const meta = { agent_context: context, search_id: secret, clientInfo: { name: secret } };
  const ctx = readRequestContext(
    {
      transport: 'mcp',
      headers,
      meta,
      body: { caller_context: context },
      jsonrpcId: secret,
      session: { id: secret, clientInfo: { name: secret, version: secret } },
    },
    settings,
  );
  const batch = spans.startWorkflow(ctx, 'gateway.call_batch', { protocolVersion: secret });
  const call = spans.startWorkflow(childContext(ctx, 0), 'gateway.call', { parent: batch });
  call.setRoute({ dccType: secret, instanceId: secret, skillName: secret, toolSlug: secret, toolName: secret });
  call.setPolicy({ outcome: 'denied', reason: secret });
  call.setInput({ [secret]: PROMPT, text: PROMPT });
  call.setOutput({ content: [{ type: 'text', text: PROMPT }] });
  call.startHop({ method: secret, target: secret, scene: secret }).end({ outcome: 'tool_error' });
  call.end({ outcome: 'tool_error' });
  batch.end({ outcome: 'tool_error' });
  const answer = new TextEncoder().encode(JSON.stringify(responseHeaders(ctx)));
  return Buffer.concat([serialize(exporter.getFinishedSpans()), answer]);
}

function serialize(spans: ReadableSpan[]): Uint8Array {
  return ProtobufTraceSerializer.serializeRequest(spans)!;
}

/** What stands around `needle`, printable; empty when it is not there. */
function near(bytes: string, needle: string): string {
  const at = bytes.indexOf(needle);
  return at === -1 ? '' : bytes.slice(Math.max(0, at - 60), at + 40).replaceAll(/[^ -~]/g, '.');
}

describe('exported bytes and answer headers', () => {
  test.each(SECRETS)('never hold %s, planted in every field a caller controls', (secret) => {
    const bytes = Buffer.from(plantEverywhere(secret)).toString('latin1');
    expect(bytes.includes('gateway.call_batch')).toBe(true);
    expect(near(bytes, secret)).toBe('');
    expect(near(bytes, 'PRIVATE-PROMPT')).toBe('');
  });

  test('would hold the text if it were harmless, so the search can fail', () => {
    const bytes = Buffer.from(plantEverywhere('harmless')).toString('latin1');
    expect(near(bytes, 'harmless')).not.toBe('');
    expect(near(bytes, 'PRIVATE-PROMPT')).toBe('');
  });
});

function exportThrough(env: Record<string, string>, attributes: Record<string, string | string[]>): ReadableSpan {
  const { tracer, exporter } = startRecording();
  const span = tracer.startSpan('of another library', { attributes });
  span.addEvent('exception', {
    'exception.message': 'token=abcdefgh for jane.doe@example.com',
    'exception.type': 'Error',
  });
  span.setStatus({ code: SpanStatusCode.ERROR, message: 'Bearer abcdef123456 refused' });
  span.end();
  const seen: ReadableSpan[] = [];
  const sink = {
    export: (spans: ReadableSpan[], done: (result: { code: number }) => void): void => {
      seen.push(...spans);
      done({ code: 0 });
    },
    shutdown: async (): Promise<void> => undefined,
  };
  redactingExporter(sink, createCapturePolicy({ env })).export(exporter.getFinishedSpans(), () => undefined);
  return seen[0]!;
}

describe('redactingExporter', () => {
  test('looks for credentials once more, whoever wrote the span, in attributes, events and status', () => {
    const span = exportThrough(
      {},
      { 'http.url': 'https://joe:hunter2@example.com/', list: ['jane.doe@example.com', 'b'], plain: 'kept' },
    );
    expect(span.attributes).toEqual({
      'http.url': 'https[redacted]example.com/',
      list: ['[redacted]', 'b'],
      plain: 'kept',
    });
    expect(span.events[0]?.attributes).toEqual({
      'exception.message': '[redacted] for [redacted]',
      'exception.type': 'Error',
    });
    expect(span.status.message).toBe('[redacted] refused');
    expect(Buffer.from(serialize([span])).toString('latin1')).not.toMatch(/hunter2|jane\.doe|abcdef123456/);
  });

  test('keeps everything else of the span', () => {
    const span = exportThrough({}, { secret: 'Bearer abcdef123456' });
    expect([span.name, span.duration.length, span.ended, span.spanContext().traceId.length]).toEqual([
      'of another library',
      2,
      true,
      32,
    ]);
  });

  test.each([
    ['HIDE_INPUTS', 'tool.parameters', '__REDACTED__'],
    ['HIDE_INPUTS', 'metadata', '__REDACTED__'],
    ['HIDE_INPUTS', 'input.value', '__REDACTED__'],
    ['HIDE_INPUTS', 'llm.input_messages.0.message.content', undefined],
    ['HIDE_OUTPUTS', 'output.value', '__REDACTED__'],
    ['HIDE_OUTPUTS', 'retrieval.documents.0.document.content', undefined],
    ['HIDE_INPUT_MESSAGES', 'llm.input_messages.0.message.content', undefined],
    ['HIDE_OUTPUT_MESSAGES', 'llm.output_messages.0.message.content', undefined],
    ['HIDE_INPUT_TEXT', 'llm.input_messages.0.message.content', '__REDACTED__'],
    ['HIDE_OUTPUT_TEXT', 'llm.output_messages.0.message.content', '__REDACTED__'],
    ['HIDE_INPUT_IMAGES', 'llm.input_messages.0.message.contents.0.message_content.image.image.url', '__REDACTED__'],
    ['HIDE_PROMPTS', 'llm.prompts.0.prompt.text', '__REDACTED__'],
    ['HIDE_CHOICES', 'llm.choices.0.completion.text', '__REDACTED__'],
    ['HIDE_LLM_INVOCATION_PARAMETERS', 'llm.invocation_parameters', undefined],
    ['HIDE_LLM_TOOLS', 'llm.tools.0.tool.json_schema', undefined],
    ['HIDE_EMBEDDINGS_TEXT', 'embedding.embeddings.0.embedding.text', '__REDACTED__'],
    ['HIDE_EMBEDDINGS_VECTORS', 'embedding.embeddings.0.embedding.vector', '__REDACTED__'],
    ['HIDE_EMBEDDING_VECTORS', 'embedding.embeddings.0.embedding.vector', '__REDACTED__'],
  ])('obeys OPENINFERENCE_%s for %s', (variable, key, expected) => {
    expect(exportThrough({ [`OPENINFERENCE_${variable}`]: 'true' }, { [key]: 'content' }).attributes[key]).toBe(
      expected,
    );
    expect(exportThrough({ [`OPENINFERENCE_${variable}`]: 'false' }, { [key]: 'content' }).attributes[key]).toBe(
      'content',
    );
  });

  test('hides the message of exceptions with OPENINFERENCE_HIDE_OUTPUTS', () => {
    const { events } = exportThrough({ OPENINFERENCE_HIDE_OUTPUTS: 'true' }, {});
    expect(events[0]?.attributes).toEqual({ 'exception.message': '__REDACTED__', 'exception.type': 'Error' });
  });

  test('passes a span that needs no change on as it is', () => {
    const { tracer, exporter } = startRecording();
    tracer.startSpan('clean', { attributes: { a: 'b' } }).end();
    const seen: unknown[] = [];
    const sink = {
      export: (spans: ReadableSpan[]): void => void seen.push(...spans),
      shutdown: async (): Promise<void> => undefined,
    };
    redactingExporter(sink, createCapturePolicy()).export(exporter.getFinishedSpans(), () => undefined);
    expect(seen[0]).toBe(exporter.getFinishedSpans()[0]);
  });
});
