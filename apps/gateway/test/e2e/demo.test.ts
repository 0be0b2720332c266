// The demo of the README: its configuration, its agent, and a real Prometheus with the README's two queries.
import { type DecodedSpan, startOtlpSink } from '@dcc-mcp/test-kit/otlp-sink';
import { type RunningPrometheus, describeWithTools, startPrometheus } from '@dcc-mcp/test-kit/prometheus';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cleanEnvironment, type GatewayProcess, startGatewayProcess } from '../fixtures/start-gateway.ts';

const root = join(import.meta.dirname, '../../../..');

let gateway: GatewayProcess;

beforeAll(async () => {
  gateway = await startGatewayProcess({ configFile: join(root, 'examples/demo/gateway.yaml') });
  await gateway.ready();
}, 60_000);

afterAll(() => gateway?.stop());

interface ScriptOptions {
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

async function runScript({ args, env = {} }: ScriptOptions): Promise<string> {
  const command = [join(root, 'scripts/demo-agent.mjs'), ...args];
  const { stdout } = await promisify(execFile)(process.execPath, command, { env: cleanEnvironment(env) });
  return stdout;
}

const runAgent = (): Promise<string> => runScript({ args: ['--url', gateway.url, '--rounds', '1'] });

test('the agent does what it set out to do, and fails only where it means to', async () => {
  const lines = (await runAgent()).split('\n');
  const calls = lines.filter((line) => /^(MCP|REST)/.test(line));
  const meant = calls.filter((line) => line.includes('on purpose'));
  expect(meant.length).toBe(15);
  expect(meant.filter((line) => / ok /.test(line))).toEqual([]);
  expect(calls.filter((line) => !line.includes('on purpose') && !/ ok /.test(line))).toEqual([]);
}, 60_000);

test.each([
  [['--url', 'http://127.0.0.1:9'], 1, /^No gateway answers at http:\/\/127\.0\.0\.1:9\. .*npm start.*\n$/],
  [['--bogus'], 2, /^Unknown option '--bogus'.*there are --url and --rounds\n$/],
  [['--rounds', 'many'], 2, /^--rounds many: expected a number from 1 to 9999\n$/],
  [['--url', 'not a URL'], 2, /^--url not a URL: expected a URL such as http:\/\/127\.0\.0\.1:9765\n$/],
])('the agent with %j ends with %i and one line that says why', async (args, code, stderr) => {
  await expect(runScript({ args })).rejects.toMatchObject({ code, stderr: expect.stringMatching(stderr) });
});

const isRoot = ({ parentSpanId }: DecodedSpan): boolean => parentSpanId === '';

describe('in a trace viewer', () => {
  // The gateway exports; the agent, in another terminal, does or does not.
  test.each([true, false])(
    'no span is an orphan, agent exporting: %s',
    async (isAgentExporting) => {
      const sink = await startOtlpSink();
      const env = { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url, OTEL_METRICS_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' };
      const configFile = join(root, 'examples/demo/gateway.yaml');
      const traced = await startGatewayProcess({ configFile, env });
      await traced.ready();
      await runScript({ args: ['--url', traced.url, '--rounds', '1'], env: isAgentExporting ? env : {} });
      await traced.stop();
      await sink.close();
      const spans = sink.spans();
      const ids = new Set(spans.map(({ spanId }) => spanId));
      expect(spans.filter((span) => !isRoot(span) && !ids.has(span.parentSpanId))).toEqual([]);
      const roots = new Set(spans.filter(isRoot).map(({ name }) => name.split(' ')[0]));
      expect(roots.has('gateway.call')).toBe(!isAgentExporting);
      expect(spans.length).toBeGreaterThan(60);
    },
    60_000,
  );
});

describeWithTools({ describe, test }, ['prometheus'])('a real Prometheus', () => {
  const queries = [...readFileSync(join(root, 'README.md'), 'utf8').matchAll(/```promql\n([\s\S]*?)```/g)];
  let prometheus: RunningPrometheus;

  beforeAll(async () => {
    prometheus = await startPrometheus({ targets: [new URL(gateway.url).host] });
    await runAgent();
    await prometheus.waitUntilUp();
    await runAgent();
    await prometheus.waitUntilUp(5);
  }, 120_000);

  afterAll(() => prometheus?.stop());

  test('finds the target up', async () => {
    expect(await prometheus.targets()).toMatchObject([{ health: 'up', lastError: '' }]);
  });

  test('can query the calls by tool and status', async () => {
    const samples = await prometheus.query('dcc_mcp_tool_calls_total{tool="everything__echo"}');
    expect(new Set(samples.map(({ labels }) => labels['status']))).toEqual(new Set(['error', 'success']));
    expect(samples.every(({ value }) => value > 0)).toBe(true);
  });

  test.each(queries.map(([, query]) => [query!]))('has data for %s', async (query) => {
    const samples = await prometheus.query(query);
    expect(samples.filter(({ value }) => Number.isFinite(value)).length).toBeGreaterThan(0);
  });

  test('has the families of the first look', async () => {
    const names = [
      'dcc_mcp_build_info',
      'dcc_mcp_registered_tools',
      'dcc_mcp_active_sessions',
      'dcc_mcp_gateway_upstreams',
    ];
    const found = await Promise.all(names.map((name) => prometheus.query(name)));
    expect(found.map((samples) => samples.length > 0)).toEqual(names.map(() => true));
  });
});
