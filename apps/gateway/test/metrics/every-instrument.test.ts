// One afternoon of a gateway, as a real Prometheus has seen it: every instrument of the tables was more than 0 at some time.
import {
  CONVENTION_METRICS,
  GATEWAY_METRICS,
  HTTP_METRICS,
  SELF_METRICS,
  SERVER_METRICS,
} from '@dcc-mcp/semantic-conventions';
import { type OtlpSink, startOtlpSink } from '@dcc-mcp/test-kit/otlp-sink';
import { describeWithTools, type RunningPrometheus, startPrometheus } from '@dcc-mcp/test-kit/prometheus';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type Contest, openContest } from '../fixtures/contenders.ts';
import { readNotFed } from '../reference/not-fed.ts';
import { runWorkload, type Workload } from './workload.ts';

/** The busy part of the workload is over in a second. */
const SCRAPE_SECONDS = 0.2;
const NOT_FED = new Set(Object.keys(readNotFed().metrics));
/** Fed only by what no afternoon should see: too many series, and values that are no numbers. */
const TROUBLE = new Set(['dcc_mcp_telemetry_overflow_total', 'dcc_mcp_telemetry_invalid_values_total']);

/** What the last calls did is counted, and a collection tells of the one before. */
const SETTLE_MILLIS = 500;

/** Resolves once every target was scraped after that time. */
async function untilScraped(prometheus: RunningPrometheus, millis: number): Promise<void> {
  for (const deadline = Date.now() + 15_000; Date.now() < deadline; await wait(100)) {
    const [oldest] = await prometheus.query('min(timestamp(up))');
    if (oldest !== undefined && oldest.value * 1_000 > millis) {
      return;
    }
  }
  throw new Error('a target was not scraped again');
}

const instruments = [...SERVER_METRICS, ...GATEWAY_METRICS, ...CONVENTION_METRICS, ...HTTP_METRICS, ...SELF_METRICS]
  .filter(({ prometheusName: name }) => !NOT_FED.has(name) && !TROUBLE.has(name))
  .map(({ prometheusName, kind }) => [prometheusName, kind] as const);

describeWithTools({ describe, test }, ['prometheus'])('a real Prometheus', () => {
  let prometheus: RunningPrometheus;
  let workload: Workload;
  let sink: OtlpSink;
  let contest: Contest;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'instruments-'));
    sink = await startOtlpSink();
    contest = await openContest();
    const winner = contest.start({ args: ['--metrics'] });
    await winner.says('listening on');
    const waiting = contest.start({ args: ['--metrics', '--wait'] });
    await waiting.says('this one takes over');
    winner.process.kill('SIGKILL');
    await waiting.says('listening on');
    workload = await runWorkload(
      {
        OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
        OTEL_BSP_SCHEDULE_DELAY: '100',
        // No trace has a place in a file of that size, so that rows are dropped.
        DCC_MCP_GATEWAY_AUDIT_DIR: folder,
        DCC_MCP_GATEWAY_AUDIT_MAX_BYTES: '1024',
      },
      async (url) => {
        const targets = [url, contest.url].map((each) => new URL(each).host);
        prometheus = await startPrometheus({ targets, scrapeIntervalSeconds: SCRAPE_SECONDS });
        await prometheus.waitUntilUp();
      },
    );
    await untilScraped(prometheus, Date.now() + SETTLE_MILLIS);
  }, 120_000);

  afterAll(async () => {
    await prometheus?.stop();
    await workload?.stop();
    await contest?.end();
    await sink?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test.each(instruments)('has seen %s above 0', async (name, kind) => {
    const series = kind === 'histogram' ? `${name}_count` : name;
    const samples = await prometheus.query(`max(max_over_time(${series}[10m]))`);
    expect(samples.map(({ value }) => value > 0)).toEqual([true]);
  });

  test('has seen the election that was lost, and the one that was won', async () => {
    const { host } = new URL(contest.url);
    const samples = await prometheus.query(`dcc_mcp_gateway_elections_total{instance="${host}"}`);
    expect(Object.fromEntries(samples.map(({ labels, value }) => [labels['outcome'], value]))).toEqual({
      won: 1,
      yielded: 0,
      lost: 1,
    });
  });
});
