// Everything around a gateway fails for a minute: servers are killed, stopped, slow and lying, the registry's file is torn,
// the collector dies, clients leave. Each call has exactly one outcome, the answers, the rows, the counters and the spans
// tell of the same ones, and nothing is left running. After `npm run build`, in apps/gateway:
//   node --conditions=@dcc-mcp/source test/chaos/main.ts [--seconds 60] [--seed N]
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { readSpanAccount } from '../faults/collector-account.ts';
import { scrape, valuesOf } from '../fixtures/exposition.ts';
import { type Attempt, callAway } from './clients.ts';
import { createRandom } from './random.ts';
import { openStage, type Stage } from './stage.ts';
import { disagreements, type Row } from './surfaces.ts';
import { makeTrouble } from './troubles.ts';

const SEED = 20_261_129;
const CLIENTS = 8;
/** How long what was begun may take to end, and to leave. */
const SETTLE_MILLIS = 20_000;
/** What a gateway may take to stop: 10 s for calls, 5 s for telemetry, and the end of a process on a busy machine. */
const STOP_MILLIS = 20_000;
const GONE_MILLIS = 3_000;

const print = (line: string): void => void process.stdout.write(`${line}\n`);

/** Resolves once nothing runs and nothing waits to leave; gives the last scrape. */
async function settled({ gateway }: Stage): Promise<string> {
  for (const deadline = Date.now() + SETTLE_MILLIS; ; await wait(100)) {
    const text = await scrape(gateway.url);
    const gauges = ['dcc_mcp_gateway_calls_in_flight', 'dcc_mcp_gateway_queue_depth'];
    const running = gauges.flatMap((name) => Object.values(valuesOf(text, name, []))).reduce((a, b) => a + b, 0);
    if ((running === 0 && readSpanAccount(text).waiting === 0) || Date.now() > deadline) {
      return text;
    }
  }
}

/** Stops the gateway. @returns What is wrong with its end. */
async function endOf({ gateway, living }: Stage): Promise<readonly string[]> {
  const code = await Promise.race([gateway.stop('SIGTERM'), wait(STOP_MILLIS, 'never', { ref: false })]);
  for (const deadline = Date.now() + GONE_MILLIS; living().length > 0 && Date.now() < deadline;) {
    await wait(50);
  }
  return [
    ...(code === 0 ? [] : [`the gateway ended with ${code}`]),
    ...living().map((pid) => `process ${pid} is left running`),
    ...(/internal error/.exec(gateway.stderr()) ?? []),
  ];
}

function rowsOf({ auditDir }: Stage): readonly Row[] {
  const lines = readFileSync(join(auditDir, 'audit.jsonl'), 'utf8').trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as Row).filter(({ operation }) => operation === 'call');
}

function tally(attempts: readonly Attempt[], rows: readonly Row[]): string {
  const left = attempts.filter(({ end }) => end === 'left').length;
  const jobs = attempts.filter(({ way }) => way === 'job').length;
  const counts = [...Map.groupBy(rows, ({ outcome }) => outcome)].map(([outcome, of]) => `${outcome} ${of.length}`);
  return `${attempts.length} calls (${jobs} as jobs, ${left} of clients that left): ${counts.toSorted((a, b) => a.localeCompare(b)).join(', ')}`;
}

async function run(seed: number, millis: number): Promise<readonly string[]> {
  const stage = await openStage(createRandom(seed));
  try {
    await stage.gateway.ready();
    const signal = AbortSignal.timeout(millis);
    const troubles = makeTrouble(stage, createRandom(seed + 1), signal);
    const calling = Array.from({ length: CLIENTS }, (_, index) =>
      callAway(stage.gateway.url, createRandom(seed + 2 + index), signal),
    );
    const attempts = (await Promise.all(calling)).flat();
    const done = await troubles;
    const metrics = await settled(stage);
    const end = await endOf(stage);
    const rows = rowsOf(stage);
    print(`seed ${seed}: ${done.length} troubles; ${tally(attempts, rows)}`);
    const wrong = [...disagreements({ attempts, rows, spans: stage.collector.spans(), metrics }), ...end];
    return wrong.length === 0 ? [] : [...done.slice(-10), ...stage.gateway.stderr().split('\n').slice(-10), ...wrong];
  } finally {
    await stage.close();
  }
}

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '60' }, seed: { type: 'string', default: String(SEED) } },
});
const wrong = await run(Number(values.seed), Number(values.seconds) * 1_000);
wrong.forEach(print);
print(wrong.length === 0 ? 'every call has one outcome, and all surfaces agree' : 'FOUND: see the lines above');
process.exitCode = wrong.length === 0 ? 0 : 1;
