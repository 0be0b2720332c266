// What a child does wrong on its standard streams is bounded, and named where people look: last_error and the answer.
import { afterEach, describe, expect, test } from '@jest/globals';
import { closeAll, connected, createHarness, failureOf, fakeStdio, node, textOf, until } from './fixtures/harness.ts';

afterEach(closeAll);

const MEGABYTE = 1024 * 1024;
const waits = 'setInterval(() => {}, 1000);';
const lastError = (harness: { upstream: { status: { lastError?: string } } }): string =>
  harness.upstream.status.lastError ?? '';

/** An MCP server in one line whose tool runs `body`; it answers with `frame(text)`. */
function server(body: string, frame = '`${text}\\n`'): ReturnType<typeof node> {
  return node(
    '-e',
    `const send = (value) => { const text = JSON.stringify({ jsonrpc: '2.0', ...value }); process.stdout.write(${frame}); };
     require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
       const { id, method } = JSON.parse(line);
       if (method === 'initialize') send({ id, result: { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: { name: 'x', version: '1' } } });
       else if (method === 'tools/list') send({ id, result: { tools: [] } });
       else if (method === 'tools/call') { ${body} }
       else if (id !== undefined) send({ id, error: { code: -32601, message: 'unknown' } });
     });`,
  );
}

describe('a child that never becomes a server is named', () => {
  test.each([
    ['prints usage and waits', `console.log('Usage: tool [options]'); ${waits}`, /no JSON-RPC message: "Usage: tool/],
    ['prints JSON that is no message', `console.log('"ready"'); ${waits}`, /no JSON-RPC message: ".*ready/],
    ['prints colours', `console.log('\\u001b[31mready\\u001b[0m'); ${waits}`, /no JSON-RPC message: "ready"/],
    [
      'prints without an end',
      `(function f() { process.stdout.write('y\\n'.repeat(9999), f); })();`,
      /given up: on stdout it goes on writing/,
    ],
    [
      'prints a line without an end',
      `(function f() { process.stdout.write('y'.repeat(65536), f); })();`,
      /given up: on stdout it goes on writing/,
    ],
    [
      'frames its messages as LSP does',
      `const text = '{"jsonrpc":"2.0","id":1,"result":{}}'; process.stdout.write('Content-Length: ' + text.length + '\\r\\n\\r\\n' + text); ${waits}`,
      /given up: it writes Content-Length before its messages, as LSP does/,
    ],
  ])('%s', async (_what, program, named) => {
    const before = process.memoryUsage.rss();
    const harness = createHarness(node('-e', program), {}, { maxMessageBytes: 4 * MEGABYTE });
    harness.upstream.start();
    await until(() => named.test(lastError(harness)), 8_000);
    expect(failureOf(await harness.call('x'))['message']).toMatch(named);
    expect(process.memoryUsage.rss() - before).toBeLessThan(200 * MEGABYTE);
    await harness.upstream.close();
  });

  test('a server that printed a banner has no last error', async () => {
    const { upstream } = await connected(fakeStdio('legacy', { FAKE_QUIRK: 'banner' }));
    await until(() => upstream.status.readiness === 'ready');
    expect(upstream.status).not.toHaveProperty('lastError');
  });
});

describe('what is understood', () => {
  test.each([
    ['lines that end with CR LF', '`${text}\\r\\n`'],
    ['a byte order mark', '`\\uFEFF${text}\\n`'],
    ['blank lines between', '`\\n\\r\\n${text}\\n \\n`'],
    ['text around', '`INFO before\\n${text}\\nINFO after\\n`'],
  ])('%s', async (_what, frame) => {
    const harness = await connected(
      server(`send({ id, result: { content: [{ type: 'text', text: 'fine' }] } })`, frame),
    );
    expect(textOf(await harness.call('x'))).toBe('fine');
  });
});

describe('a child that misbehaves while it is called', () => {
  test('by text in place of answers to several calls: each is told what it wrote', async () => {
    const harness = await connected(server(`console.log('Segmentation fault');`));
    const calls = [harness.call('x', {}, { timeoutMillis: 400 }), harness.call('x', {}, { timeoutMillis: 400 })];
    for (const result of await Promise.all(calls)) {
      expect(failureOf(result)).toMatchObject({
        kind: 'timeout',
        message: expect.stringContaining('on stdout it wrote what is no JSON-RPC message: "Segmentation fault"'),
      });
    }
  });

  test('by text without an end: it is given up, and started again', async () => {
    const line = `'y'.repeat(99) + '\\n'`; // the bound is one of bytes, and short lines take a busy machine seconds
    const harness = await connected(server(`(function f() { process.stdout.write((${line}).repeat(1999), f); })();`));
    expect(failureOf(await harness.call('x'))).toMatchObject({
      kind: 'host-died',
      message: expect.stringContaining('given up'),
    });
    await until(() => harness.upstream.status.readiness === 'ready', 8_000);
  });

  test('by not reading its stdin: what waits for it is bounded, and later calls are told', async () => {
    const harness = await connected(server(`process.stdin.pause(); setInterval(() => {}, 1000);`));
    const text = 'x'.repeat(4 * MEGABYTE);
    const calls = Array.from({ length: 40 }, () => harness.call('x', { text }, { timeoutMillis: 2_000 }));
    const failures = (await Promise.all(calls)).map(failureOf);
    const waiting = failures.flatMap(({ message }) => /stdin: (\d+) bytes wait/.exec(String(message))?.[1] ?? []);
    expect(waiting.length).toBeGreaterThan(5);
    expect(Math.max(...waiting.map(Number))).toBeLessThan(64 * MEGABYTE);
    expect(failures.filter(({ kind }) => kind === 'timeout').length).toBeGreaterThan(0);
  });

  test('by writing to stderr without an end: calls go on', async () => {
    const answer = `send({ id, result: { content: [{ type: 'text', text: 'fine' }] } }); const f = () => process.stderr.write('z'.repeat(65536) + '\\n', f); f(); f();`;
    const harness = await connected(server(answer));
    for (let round = 0; round < 3; round += 1) {
      const startedAt = performance.now();
      expect(textOf(await harness.call('x'))).toBe('fine');
      expect(performance.now() - startedAt).toBeLessThan(1_500);
    }
  });
});
