import type { TraceDetail } from '@dcc-mcp/call-store';
import { describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { compare } from '../src/parts/request/compare.ts';
import { continuityOf } from '../src/parts/request/continuity.ts';
import { toOtlpJson } from '../src/parts/request/otlp-json.ts';
import { shellQuoted, toCurl, toJsonRpc, toReplayCommand } from '../src/parts/request/request-forms.ts';

const TRACE = {
  row_id: '01a227aa-7249-7b22-b1e9-8956d2740462',
  trace_id: 'e079a5278ed23792f212428f95086006',
  operation: 'call',
  tool: 'maya.1.bake',
  outcome: 'ok',
  started_at: '2026-11-29T17:29:56.980Z',
  trace_carrier: 'none',
  trace_sampled: false,
  input: { content: '{"note":"it\'s"}' },
  spans: [
    {
      span_id: '7e1ccb59112bba19',
      name: 'gateway.call',
      kind: 'server',
      started_ms: 0,
      duration_ms: 2.264,
      ok: false,
      outcome: 'tool_error',
      attributes: { 'dcc_mcp.outcome': 'tool_error', count: 3, flag: true },
    },
  ],
} as unknown as TraceDetail;

describe('a recorded call', () => {
  test('is a shell command with every character as it was', () => {
    const printed = execFileSync('sh', ['-c', `printf %s ${shellQuoted(`a'b"c$d\`e`)}`], { encoding: 'utf8' });
    expect(printed).toBe(`a'b"c$d\`e`);
    expect(toCurl(TRACE, 'http://127.0.0.1:9765')).toContain(
      String.raw`{"tool_slug":"maya.1.bake","arguments":{"note":"it'\''s"}}`,
    );
  });

  test.each([
    ['http://127.0.0.1:9765', 'http://127.0.0.1:9765'],
    ['https://studio.example/mcp-gateway', 'https://studio.example/mcp-gateway'],
    ['http://[::1]:9765', "'http://[::1]:9765'"],
    ["https://studio.example/ada's;x", String.raw`'https://studio.example/ada'\''s;x'`],
  ])('is sent again through the gateway at %s', (gateway, word) => {
    expect(toReplayCommand(TRACE, gateway)).toBe(
      `npx dcc-mcp-gateway replay 01a227aa-7249-7b22-b1e9-8956d2740462 --url ${word}`,
    );
  });

  test('is a message of MCP', () => {
    expect(JSON.parse(toJsonRpc(TRACE))).toMatchObject({
      method: 'tools/call',
      params: { name: 'call', arguments: { tool_slug: 'maya.1.bake', arguments: { note: "it's" } } },
    });
  });

  test('is OTLP/JSON with the ids and times that were exported', () => {
    expect(toOtlpJson(TRACE)).toMatchObject({
      resourceSpans: [
        {
          scopeSpans: [
            {
              spans: [
                {
                  traceId: TRACE.trace_id,
                  spanId: '7e1ccb59112bba19',
                  kind: 2,
                  startTimeUnixNano: '1795973396980000000',
                  endTimeUnixNano: '1795973396982264000',
                  status: { code: 2, message: 'tool_error' },
                },
              ],
            },
          ],
        },
      ],
    });
  });

  test('says why its trace is not whole', () => {
    expect(continuityOf(TRACE).map(({ key, isGap }) => [key, isGap])).toEqual([
      ['continuity.none', true],
      ['continuity.notExported', true],
    ]);
  });

  test('differs from another where they differ', () => {
    const other = {
      ...TRACE,
      outcome: 'timeout',
      input: { content: '{"note":"it\'s","frame":1}' },
    } as unknown as TraceDetail;
    expect(compare(TRACE, other).filter(({ differs }) => differs)).toMatchObject([
      { name: 'outcome', left: 'ok', right: 'timeout' },
      { name: 'arguments.frame', left: '–', right: '1' },
    ]);
  });
});
