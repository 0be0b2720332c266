import { describe, expect, test } from '@jest/globals';
import { responseHeaders } from '../src/index.ts';
import { readRequest } from './requests.ts';

const HASH = 'a1'.repeat(32);

describe('agent context carriers', () => {
  test.each(['agent_context', 'caller_context', 'agentContext', 'callerContext', 'agent'])('reads body.%s', (key) => {
    expect(readRequest({ body: { [key]: { agent_id: 'a-1' } } }).agent).toEqual({ agent_id: 'a-1' });
  });

  test('takes the first carrier that has a field: body, meta, JSON header, single header, clientInfo, User-Agent', () => {
    const ctx = readRequest({
      body: { agent_context: { actor_id: 'body' } },
      meta: { agent_context: { actor_id: 'meta', agent_id: 'meta' } },
      headers: {
        'x-dcc-mcp-agent-context': '{"actor_id":"json","agent_id":"json","model":"json"}',
        'x-dcc-mcp-actor-id': 'single',
        'x-dcc-mcp-model': 'single',
        'x-dcc-mcp-task': 'single',
        'user-agent': 'curl/8.5.0',
      },
      session: { id: 's', clientInfo: { name: 'Claude', version: '1.4' } },
    });
    expect(ctx.agent).toEqual({
      actor_id: 'body',
      agent_id: 'meta',
      model: 'json',
      task: 'single',
      agent_name: 'Claude',
      client_platform: 'Claude',
      agent_kind: 'mcp-client',
      agent_version: '1.4',
    });
  });

  test('accepts camelCase', () => {
    const agentContext = { actorId: 'u', clientOs: 'linux', userInputChars: 12, turnId: 't' };
    const expected = { actor_id: 'u', client_os: 'linux', user_input_chars: 12, turn_id: 't' };
    expect(readRequest({ meta: { agentContext } }).agent).toEqual(expected);
  });

  test('prefers clientInfo of the message to that of the session', () => {
    const meta = { 'io.modelcontextprotocol/clientInfo': { name: 'Now', version: '2' } };
    const ctx = readRequest({ meta, session: { id: 's', clientInfo: { name: 'Then', version: '1' } } });
    expect([ctx.agent.agent_name, ctx.agent.agent_version]).toEqual(['Now', '2']);
  });

  test('takes the first product of the User-Agent as platform only when nothing better exists', () => {
    const headers = { 'user-agent': 'python-httpx/0.28 (linux)' };
    expect(readRequest({ headers }).agent).toEqual({ client_platform: 'python-httpx' });
    expect(readRequest({ headers, meta: { agent_context: { client_platform: 'maya' } } }).agent).toEqual({
      client_platform: 'maya',
    });
  });

  test('reads counts and lists from single headers', () => {
    const headers = {
      'x-dcc-mcp-user-input-chars': '120',
      'x-dcc-mcp-tags': 'shot, lighting',
      'x-dcc-mcp-turn_id': 't1',
    };
    expect(readRequest({ headers }).agent).toEqual({
      user_input_chars: 120,
      tags: ['shot', 'lighting'],
      turn_id: 't1',
    });
  });

  test('keeps the items of a batch under the context of the whole', () => {
    const ctx = readRequest({ body: { agent_context: { agent_id: 'a' } }, headers: { 'x-request-id': 'outer' } });
    const item = ctx.child(1);
    expect([item.requestId, item.parentRequestId, item.agent, item.traceId]).toEqual([
      'outer:batch-1',
      'outer',
      { agent_id: 'a' },
      ctx.traceId,
    ]);
  });
});

describe('agent context bounds', () => {
  test('cuts a text at 2,048 bytes on a code point', () => {
    const { task } = readRequest({ body: { agent: { task: `${'a'.repeat(2046)}€` } } }).agent;
    expect(task).toBe('a'.repeat(2046));
    expect(readRequest({ body: { agent: { task: `${'a'.repeat(2045)}€` } } }).agent.task).toHaveLength(2046);
  });

  test('removes control characters', () => {
    expect(readRequest({ body: { agent: { task: 'a\u0000b\u001B[31m\u202Ec\n' } } }).agent.task).toBe('ab[31mc');
  });

  test('keeps 16 items of a list', () => {
    const tags = Array.from({ length: 17 }, (_, index) => `t${index}`);
    expect(readRequest({ body: { agent: { tags } } }).agent.tags).toEqual(tags.slice(0, 16));
  });

  test.each([
    ['agent_id', 5],
    ['tags', 'one'],
    ['tags', ['one', 2]],
    ['user_input_chars', -1],
    ['user_input_chars', 1.5],
    ['metadata', 'text'],
  ])('drops %s = %j alone and counts it', (field, value) => {
    const ctx = readRequest({ body: { agent: { [field]: value, actor_id: 'kept' } } });
    expect(ctx.agent).toEqual({ actor_id: 'kept' });
    expect([ctx.warnings, ctx.dropped.fields]).toEqual([[{ field, reason: 'wrong_type' }], 1]);
  });

  test('lets a later carrier fill a field that a better one spoilt', () => {
    const ctx = readRequest({ body: { agent: { model: 1 } }, headers: { 'x-dcc-mcp-model': 'm-1' } });
    expect(ctx.agent).toEqual({ model: 'm-1' });
  });
});

describe('actor_email_hash', () => {
  test.each([HASH, HASH.toUpperCase(), `sha256:${HASH}`, 'a'.repeat(16), 'a'.repeat(128)])('accepts %s', (hash) => {
    expect(readRequest({ body: { agent: { actor_email_hash: hash } } }).agent.actor_email_hash).toBe(hash);
  });

  test.each([
    ['jane@example.com', 'raw_email'],
    ['a'.repeat(15), 'not_a_hash'],
    ['a'.repeat(129), 'not_a_hash'],
    ['sha1:aaaaaaaaaaaaaaaa', 'not_a_hash'],
  ])('refuses %s, counts it and names it in the answer', (hash, reason) => {
    const ctx = readRequest({ body: { agent: { actor_email_hash: hash } } });
    expect([ctx.agent, ctx.dropped.fields]).toEqual([{}, 1]);
    expect(responseHeaders(ctx)['x-dcc-mcp-context-warnings']).toBe(`actor_email_hash=${reason}`);
  });
});

describe('metadata', () => {
  test('loses high-sensitivity keys at any depth, in any spelling, and counts them', () => {
    const secret = 'must-not-stay';
    const keys = ['authorization', 'API-Key', 'apiKey', 'access_token', 'Password', 'clientSecret', 'email', 'prompt'];
    const more = ['messages', 'reply', 'chain_of_thought', 'chainOfThought', 'hidden_cot', 'hiddenCoT', 'raw prompt'];
    const metadata = Object.fromEntries([...keys, ...more].map((key) => [key, secret]));
    const ctx = readRequest({ body: { agent: { metadata: { ...metadata, shot: { ...metadata, id: 'sh010' } } } } });
    expect(ctx.agent.metadata).toEqual({ shot: { id: 'sh010' } });
    expect(ctx.dropped.metadataKeys).toBe(30);
  });

  test('is kept at 8 KiB of JSON and becomes a preview above', () => {
    const pad = 'x y '.repeat(509);
    const metadata = { a: pad, b: pad, c: pad, d: pad, e: '' };
    const room = 8192 - JSON.stringify(metadata).length;
    const kept = { ...metadata, e: 'x'.repeat(room) };
    const tooLarge = { ...metadata, e: 'x'.repeat(room + 1) };
    expect(readRequest({ body: { agent: { metadata: kept } } }).agent.metadata).toEqual(kept);
    expect(readRequest({ body: { agent: { metadata: tooLarge } } }).agent.metadata).toMatchObject({
      truncated: true,
      original_size: 8193,
    });
  });

  test('survives a nesting that would exhaust the stack', () => {
    const deep: unknown = JSON.parse(`${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`);
    expect(readRequest({ body: { agent: { metadata: { deep }, actor_id: 'u' } } }).agent.actor_id).toBe('u');
  });
});

describe('trust', () => {
  test('has one word for each identity field, by carrier', () => {
    const ctx = readRequest({
      body: { agent_context: { actor_id: 'u', task: 'no identity' } },
      headers: { 'x-dcc-mcp-agent-id': 'a', 'x-dcc-mcp-agent-context': '{"model":"m"}' },
      session: { id: 's', clientInfo: { name: 'Claude' } },
      peerAddress: '192.0.2.7',
    });
    expect(ctx.trust).toEqual({
      actor_id: 'self_reported',
      agent_id: 'header',
      model: 'header',
      agent_name: 'self_reported',
      agent_kind: 'self_reported',
      client_platform: 'self_reported',
      source_ip: 'server_derived',
    });
  });

  test('is auth for the subject of a verified credential, which no claim replaces', () => {
    const ctx = readRequest({ authSubject: 'svc-render', body: { agent_context: { auth_subject: 'root' } } });
    expect([ctx.agent.auth_subject, ctx.trust.auth_subject]).toEqual(['svc-render', 'auth']);
  });

  test('can not be set by a caller, nor can source_ip and forwarded_for', () => {
    const claim = { source_ip: '6.6.6.6', forwarded_for: ['6.6.6.6'], trust: { actor_id: 'auth' } };
    const ctx = readRequest({ body: { agent: { ...claim, actor_id: 'u' } }, meta: { agent: claim } });
    expect([ctx.agent, ctx.trust, ctx.sourceIp, ctx.forwardedFor]).toEqual([
      { actor_id: 'u' },
      { actor_id: 'self_reported' },
      undefined,
      undefined,
    ]);
  });
});

describe('private texts', () => {
  test('an identity that is an e-mail address is left out', () => {
    const ctx = readRequest({ body: { agent: { actor_id: 'jane@example.com' } } });
    expect([ctx.agent, ctx.warnings]).toEqual([{}, [{ field: 'actor_id', reason: 'redacted' }]]);
  });

  test('credentials and addresses in a summary are replaced', () => {
    const summary = 'asks jane@example.com to use Bearer abcdef123456 now';
    const { user_intent_summary } = readRequest({ body: { agent: { user_intent_summary: summary } } }).agent;
    expect(user_intent_summary).toBe('asks [redacted] to use [redacted] now');
  });
});
