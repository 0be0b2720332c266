// bundle, report and export: what is handed on to others, each by one command.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { runInProcess } from '../../fixtures/run-in-process.ts';
import { cleanEnvironment, MAIN } from '../../fixtures/start-gateway.ts';
import { type RestGateway, startRestGateway } from '../../rest/rest-gateway.ts';

type Json = Readonly<Record<string, unknown>>;

const folder = mkdtempSync(join(tmpdir(), 'hand-on-'));
const servers: Server[] = [];
let rest: RestGateway;
let at: readonly string[];
let failed: Json;

beforeAll(async () => {
  rest = await startRestGateway();
  at = ['--url', rest.gateway.url];
  await rest.post('/v1/search', { query: 'add' });
  await rest.post('/v1/call', { tool_slug: rest.toolbox('add'), arguments: { a: 1, b: 2 } });
  const { body } = await rest.post('/v1/call', { tool_slug: rest.toolbox('is_error'), arguments: { note: 'private' } });
  failed = body;
});

afterAll(async () => {
  rmSync(folder, { recursive: true });
  servers.forEach((server) => server.closeAllConnections());
  servers.forEach((server) => server.close());
  await rest?.gateway.stop();
});

/** What is in a report that should not be in public, or missing of what should. */
function flawsOf(report: string): readonly string[] {
  const wanted = [
    /^# call failed: tool_error after \d+ ms \(upstream\)\n\n### What happened\n/,
    /^\| outcome \| tool_error \|$/m,
  ];
  const secret = /is_error|toolbox|private|127\.0\.0\.1|no such object/g;
  return [...wanted.filter((each) => !each.test(report)).map(String), ...(report.match(secret) ?? [])];
}

describe('from a failed call in the list to a public-safe issue', () => {
  test('it is one command with the id that the list shows', async () => {
    const { stdout } = await runInProcess(['calls', '--q', 'success=false', ...at]);
    const id = /toolbox\.\w{8}\.is_error {2}(?:by \S+ {2})?(\S+)/.exec(stdout)![1]!;
    expect(flawsOf((await runInProcess(['report', id, ...at])).stdout)).toEqual([]);
  });

  test('it is one command with a query for the newest, and with a link to it', async () => {
    const newest = await runInProcess(['report', '--q', 'success=false tool~is_error', ...at]);
    expect(flawsOf(newest.stdout)).toEqual([]);
    const { body } = await rest.get('/v1/debug/calls?q=success%3Dfalse');
    const [{ links, row_id: id }] = body['calls'] as [{ links: Record<string, string>; row_id: string }];
    for (const link of [links['issue_report_url']!, `${rest.gateway.url}/admin/?panel=traces&trace=${id}`]) {
      expect(flawsOf((await runInProcess(['report', link])).stdout)).toEqual([]);
    }
  });

  test('--raw has the bundle in it, --json is the answer of the API', async () => {
    const id = String(failed['request_id']);
    const raw = await runInProcess(['report', id, '--raw', ...at]);
    const [, json] = /```json\n([^]*)\n```\n$/.exec(raw.stdout)!;
    expect(JSON.parse(json!)).toMatchObject({ schema: 'dcc-mcp.debug-bundle.v1', request_id: id });
    const { stdout } = await runInProcess(['report', id, '--json', ...at]);
    expect(JSON.parse(stdout)).toMatchObject({ report_type: 'github_issue_public_safe' });
  });
});

describe('bundle', () => {
  test('is all that is kept, on stdout or in a file; --compact leaves payloads out', async () => {
    const id = String(failed['trace_id']);
    const file = join(folder, 'bundle.json');
    const { stdout } = await runInProcess(['bundle', id, ...at]);
    expect(await runInProcess(['bundle', id, '-o', file, ...at])).toEqual({ code: 0, stdout: '', stderr: '' });
    for (const text of [stdout, readFileSync(file, 'utf8')]) {
      expect(JSON.parse(text)).toMatchObject({ lookup_id: id, traces: [{ output: expect.anything() }] });
    }
    const compact = await runInProcess(['bundle', id, '--compact', ...at]);
    expect(JSON.parse(compact.stdout)).toMatchObject({
      traces: [expect.not.objectContaining({ output: expect.anything() })],
    });
  });

  test('an id that is not known is refused with how far back what is kept reaches', async () => {
    const { code, stderr } = await runInProcess(['bundle', 'nobody', ...at]);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /"nobody" among the 2 retained calls.*the oldest retained one is of \d{4}-.*; list the calls/,
    );
  });

  test('without an id and a query there is none, and none that matches is said', async () => {
    expect(await runInProcess(['bundle', ...at])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('name a request by its row id, request id or trace id'),
    });
    expect(await runInProcess(['bundle', '--q', 'outcome=timeout', ...at])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('no call that is kept matches outcome=timeout'),
    });
  });

  test('a file that cannot be written is said', async () => {
    const { code, stderr } = await runInProcess(['bundle', '--q', 'x', '-o', join(folder, 'no/such'), ...at]);
    expect(code).toBe(1);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });
});

/** What stands in for a gateway, and answers as no gateway of this machine can be made to; gives its address. */
async function startAnswering(answer: (response: ServerResponse) => void): Promise<string> {
  const server = createServer((_request, response) => answer(response)).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** 200 MB, a megabyte at a time, and no faster than they are read. */
function sendLarge(response: ServerResponse, onPiece = (): void => {}): void {
  const piece = `${'x'.repeat(1_000)}\n`.repeat(1_000);
  let left = 200;
  const go = (): void => {
    for (; left > 0 && response.write(piece); left -= 1) {
      onPiece();
    }
  };
  response.on('drain', go);
  go();
}

/** The members of the first line of what a link exports. */
async function exportedFields(path: string, ...more: readonly string[]): Promise<readonly string[]> {
  const { stdout } = await runInProcess(['export', `${rest.gateway.url}${path}`, ...more]);
  return Object.keys(JSON.parse(stdout.split('\n')[0]!) as Json);
}

describe('export', () => {
  test.each([
    ['calls', 'jsonl', 2],
    ['calls', 'csv', 3],
    ['traces', 'jsonl', 3],
    ['searches', 'jsonl', 1],
    ['workflows', 'jsonl', 3],
  ])('%s as %s are all rows', async (kind, format, lines) => {
    const file = join(folder, `${kind}.${format}`);
    const flags = ['--kind', kind, '--format', format];
    const { code, stdout, stderr } = await runInProcess(['export', ...flags, ...at]);
    expect([code, stderr, stdout.trimEnd().split(/\r?\n/).length]).toEqual([0, '', lines]);
    await runInProcess(['export', ...flags, '-o', file, ...at]);
    expect(readFileSync(file, 'utf8')).toBe(stdout);
  });

  test('as HAR of one request, of a query and of a link of the page has those requests', async () => {
    const id = String(failed['trace_id']);
    const page = `${rest.gateway.url}/admin/?panel=traces&q=success%3Dfalse`;
    for (const which of [[id, ...at], ['--q', 'success=false', ...at], [page]]) {
      const { code, stdout } = await runInProcess(['export', '--format', 'har', ...which]);
      const { log } = JSON.parse(stdout) as { log: { version: string; entries: { _dcc_mcp: Json }[] } };
      expect([code, log.version]).toEqual([0, '1.2']);
      expect(log.entries.map(({ _dcc_mcp: own }) => own['trace_id'])).toEqual([id]);
    }
  });

  test('of a search is found by the id of the search', async () => {
    const { body } = await rest.get('/v1/debug/search-telemetry');
    const [{ search_id: id }] = body['searches'] as [{ search_id: string }];
    const { code, stdout } = await runInProcess(['export', '--format', 'har', id, ...at]);
    expect([code, (JSON.parse(stdout) as { log: { entries: object[] } }).log.entries.length]).toEqual([0, 1]);
  });

  test('of a link has the list that it shows, unless a flag says which', async () => {
    expect(await exportedFields('/admin/?panel=calls&q=success%3Dfalse')).toContain('duration_ms');
    expect(await exportedFields('/admin/?panel=traces&q=operation%3Dsearch')).toContain('total_ms');
    expect(await exportedFields('/admin/?panel=search')).toContain('followups');
    expect(await exportedFields('/v1/debug/search-telemetry')).toContain('followups');
    expect(await exportedFields('/v1/debug/workflows')).toContain('steps');
    expect(await exportedFields('/admin/?panel=calls', '--kind', 'traces')).toContain('total_ms');
  });

  test.each(['/admin/?panel=instances', '/admin/?panel=constructor&range=1h', '/v1/debug/events'])(
    'of %s, which shows no list of those that are exported, is refused with what is',
    async (path) => {
      const { code, stdout, stderr } = await runInProcess(['export', `${rest.gateway.url}${path}`]);
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toMatch(/the link shows \w+; exported are calls, traces, searches or workflows/);
    },
  );

  test.each([
    ['jsonl', 'calls', /^$/],
    ['csv', 'workflows', /^\w[^\n]*\n$/],
    ['har', 'traces', /"entries":\[\n\],/],
  ])('as %s without a row says that no %s match', async (format, kind, whole) => {
    const flags = ['--format', format, ...(format === 'csv' ? ['--kind', kind] : []), '--q', 'session_id=nothing'];
    const { code, stdout, stderr } = await runInProcess(['export', ...flags, ...at]);
    expect([code, stderr]).toEqual([0, `no ${kind} match\n`]);
    expect(stdout).toMatch(whole);
  });

  test('of an id that nothing has is refused, and no file is made', async () => {
    const file = join(folder, 'nothing.har');
    const { code, stderr } = await runInProcess(['export', '--format', 'har', 'nobody', '-o', file, ...at]);
    expect([code, stderr]).toEqual([1, expect.stringContaining('"nobody" among')]);
    expect(() => readFileSync(file)).toThrow('ENOENT');
  });

  test('a kind that there is not is refused, and no file is made', async () => {
    const file = join(folder, 'nothing');
    const { code, stderr } = await runInProcess(['export', '--kind', 'events', '-o', file, ...at]);
    expect([code, stderr]).toEqual([1, expect.stringContaining('use one of calls, traces, searches, workflows')]);
    expect(() => readFileSync(file)).toThrow('ENOENT');
  });

  test.each([
    ['no/such', /no\/such can't be written: ENOENT/],
    ['.', /can't be written: EISDIR/],
    ['/dev/full', /^error: \/dev\/full can't be written: ENOSPC/],
  ])('into %s, which cannot be written, is said with the reason', async (name, reason) => {
    const url = await startAnswering((response) => sendLarge(response));
    const ended = await runInProcess(['export', '-o', resolve(folder, name), '--url', url]);
    expect(ended).toMatchObject({ code: 1, stderr: expect.stringMatching(reason) });
    expect(ended.stderr).not.toContain('the gateway ended');
  });

  test('one that ends in the middle is said', async () => {
    const url = await startAnswering((response) => {
      response.write('{"row_id":1}\n');
      setImmediate(() => response.destroy());
    });
    const { code, stderr } = await runInProcess(['export', '-o', join(folder, 'half'), '--url', url]);
    expect([code, stderr]).toEqual([1, expect.stringContaining('what is written is not whole')]);
  });

  test('whoever reads may have enough before the end', async () => {
    let sent = 0;
    const url = await startAnswering((response) => sendLarge(response, () => (sent += 1)));
    const child = spawn(process.execPath, [MAIN, 'export', '--url', url], { env: cleanEnvironment() });
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    await once(child.stdout, 'data');
    child.stdout.destroy();
    const [code] = (await once(child, 'close')) as [number];
    expect([code, stderr]).toEqual([0, '']);
    // Nothing is asked for that nobody reads: what was sent is what lies between, and not the whole.
    expect(sent).toBeLessThan(100);
  });
});
