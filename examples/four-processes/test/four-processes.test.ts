import { expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

interface Span {
  readonly service: string;
  readonly name: string;
  readonly kind: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
}

const RUN = fileURLToPath(new URL('../run.mjs', import.meta.url));
const fromSource = {
  ...process.env,
  NODE_OPTIONS: '--conditions=@dcc-mcp/source --disable-warning=ExperimentalWarning',
};

/** The spans from the one named to the root. */
function ancestry(spans: readonly Span[], name: string): readonly string[] {
  const path: string[] = [];
  let span = spans.find((one) => one.name === name);
  while (span !== undefined) {
    path.push(`${span.service} ${span.kind} ${span.name}`);
    const { parentSpanId } = span;
    span = spans.find(({ spanId }) => spanId === parentSpanId);
  }
  return path;
}

test('agent, gateway, MCP server and the service behind it are one trace', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [RUN, '--json'], { env: fromSource });
  const spans: Span[] = JSON.parse(stdout);
  expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1);
  expect(ancestry(spans, 'POST /estimates')).toEqual([
    'render-farm SERVER POST /estimates',
    'render-estimator SERVER tools/call estimate_render',
    'dcc-mcp-gateway CLIENT tools/call estimate_render',
    'dcc-mcp-gateway SERVER gateway.call',
    'shot-agent CLIENT tools/call call',
    'shot-agent INTERNAL estimate shot sh010',
  ]);
}, 90_000);
