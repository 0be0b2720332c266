import { describe, expect, test } from '@jest/globals';
import { SessionLogs } from '../../src/mcp/resumption/session-logs.ts';
import { HttpReply, type HttpReplyOptions } from '../../src/mcp/transport/http-reply.ts';

const SILENCE_MILLIS = 30;

function open(
  acceptsStream: boolean,
  more: Partial<HttpReplyOptions> = {},
): { readonly reply: HttpReply; readonly stop: () => void } {
  const reply = new HttpReply({
    acceptsStream,
    keepAliveMillis: SILENCE_MILLIS,
    headers: { 'mcp-session-id': 'mine' },
    ...more,
  });
  return { reply, stop: reply.openWhenSlow(() => undefined) };
}

function wait(millis: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, millis);
  });
}

describe('an answer that takes longer than the longest silence', () => {
  test('becomes a stream of comments that ends with the answer', async () => {
    const { reply } = open(true);
    const { status, headers, body } = await reply.reply;
    await wait(SILENCE_MILLIS * 4);
    reply.answer(7, { result: { ok: true } });
    const text = await new Response(body as ReadableStream).text();
    expect([status, headers['content-type'], headers['mcp-session-id']]).toEqual([200, 'text/event-stream', 'mine']);
    expect(text.match(/^: keep-alive$/gm)!.length).toBeGreaterThanOrEqual(2);
    expect(text).toMatch(/\n\nevent: message\ndata: \{"jsonrpc":"2\.0","id":7,"result":\{"ok":true\}\}\n\n$/);
  });

  test('tells a client that can come back where it is, before anything is said', async () => {
    const logs = new SessionLogs(Date.now);
    const { reply } = open(true, { openLog: () => logs.open(), isPrimed: true });
    const { body } = await reply.reply;
    reply.answer(7, { result: {} });
    const text = await new Response(body as ReadableStream).text();
    expect(text).toContain(': keep-alive\n\nid: post-1.0\ndata: \n\nid: post-1.1\nevent: message\n');
  });

  test('tells an error as an event, too', async () => {
    const { reply } = open(true);
    const { body } = await reply.reply;
    reply.answer('a', { error: { code: -32603, message: 'no' }, httpStatus: 500 });
    expect(await new Response(body as ReadableStream).text()).toContain('"error":{"code":-32603,"message":"no"}');
  });

  test('stays JSON for a client that takes no stream', async () => {
    const { reply, stop } = open(false);
    await wait(SILENCE_MILLIS * 2);
    reply.answer(7, { result: {} });
    stop();
    expect((await reply.reply).headers['content-type']).toBe('application/json');
  });
});

describe('an answer that is there before', () => {
  test('stays JSON', async () => {
    const { reply, stop } = open(true);
    reply.answer(7, { result: {} });
    stop();
    await wait(SILENCE_MILLIS * 2);
    expect((await reply.reply).headers['content-type']).toBe('application/json');
  });

  test('waits no longer once it is known to be on its way', async () => {
    const { reply, stop } = open(true);
    stop();
    await wait(SILENCE_MILLIS * 2);
    reply.answer(7, { result: {} });
    expect((await reply.reply).headers['content-type']).toBe('application/json');
  });
});
