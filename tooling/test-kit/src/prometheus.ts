import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './free-port.ts';
import {
  ask,
  toExemplars,
  toSamples,
  toTargets,
  type QueriedExemplar,
  type QuerySample,
  type TargetState,
} from './prometheus-api.ts';
import { findPrometheus } from './tools.ts';

export { type QueriedExemplar, type QuerySample, type TargetState } from './prometheus-api.ts';
export { describeWithTools, findOpenMetricsParser, findPrometheus, findPromtool } from './tools.ts';

/** What the Prometheus under test scrapes and how. */
export interface PrometheusOptions {
  /** `host:port` of each target. */
  readonly targets: readonly string[];
  /** Default 1. */
  readonly scrapeIntervalSeconds?: number;
  /** Default `/metrics`. */
  readonly metricsPath?: string;
  readonly basicAuth?: { readonly username: string; readonly password: string };
  /** File that holds a bearer token (a static one or a JWT). */
  readonly bearerTokenFile?: string;
  /** Feature flags; `native-histograms` makes Prometheus 2 ask for protobuf first. */
  readonly features?: readonly ('exemplar-storage' | 'native-histograms')[];
  /** Prometheus 2.49 and later: formats in the order they are asked for. */
  readonly scrapeProtocols?: readonly string[];
  /** Rule files, absolute paths. */
  readonly ruleFiles?: readonly string[];
}

/** A running Prometheus. */
export interface RunningPrometheus {
  readonly url: string;
  /** Runs an instant query. */
  query(promql: string): Promise<QuerySample[]>;
  targets(): Promise<TargetState[]>;
  /** Gives the exemplars of the last ten minutes; needs the feature `exemplar-storage`. */
  exemplars(promql: string): Promise<QueriedExemplar[]>;
  /**
   * Waits until each target has been scraped `scrapes` times (default 2).
   *
   * @throws {Error} With the target's last error when one is down, or when it takes longer than a minute.
   */
  waitUntilUp(scrapes?: number): Promise<void>;
  /** Ends the server and removes its data. */
  stop(): Promise<void>;
}

const START_ATTEMPTS = 3;
const READY_MILLIS = 15_000;
const UP_MILLIS = 60_000;
const STOP_MILLIS = 10_000;

/**
 * Starts a real Prometheus on 127.0.0.1 with its data in a temporary folder.
 *
 * @throws {Error} When there is no Prometheus, or it refuses to start; the message has its log.
 */
export function startPrometheus(options: PrometheusOptions): Promise<RunningPrometheus> {
  return startPrometheusWith(JSON.stringify(toConfig(options)), options.features);
}

/** The same with a whole configuration file of somebody's own, as text. */
export async function startPrometheusWith(
  config: string,
  features: NonNullable<PrometheusOptions['features']> = [],
): Promise<RunningPrometheus> {
  const program = findPrometheus();
  if (program === undefined) {
    throw new Error('prometheus not found: apt-get install prometheus');
  }
  const folder = await mkdtemp(join(tmpdir(), 'prometheus-test-'));
  await writeFile(join(folder, 'prometheus.yml'), config);
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    const child = spawn(program, toArguments({ folder, port, features }), {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const log = collectLog(child);
    const url = `http://127.0.0.1:${port}`;
    if (await isReady(child, url)) {
      return toRunning({ url, child, folder });
    }
    await end(child);
    if (attempt < START_ATTEMPTS) {
      continue;
    }
    await rm(folder, { recursive: true, force: true });
    throw new Error(`prometheus did not start:\n${log()}`);
  }
}

/** JSON is YAML. */
function toConfig(options: PrometheusOptions): object {
  const interval = `${(options.scrapeIntervalSeconds ?? 1) * 1_000}ms`;
  return {
    global: { scrape_interval: interval, scrape_timeout: interval, evaluation_interval: interval },
    rule_files: options.ruleFiles ?? [],
    scrape_configs: [
      {
        job_name: 'test',
        metrics_path: options.metricsPath ?? '/metrics',
        static_configs: [{ targets: options.targets }],
        ...(options.basicAuth && { basic_auth: options.basicAuth }),
        ...(options.bearerTokenFile && { authorization: { credentials_file: options.bearerTokenFile } }),
        ...(options.scrapeProtocols && { scrape_protocols: options.scrapeProtocols }),
      },
    ],
  };
}

interface ServerPlace {
  readonly folder: string;
  readonly port: number;
  readonly features: readonly string[];
}

function toArguments({ folder, port, features }: ServerPlace): string[] {
  return [
    `--config.file=${join(folder, 'prometheus.yml')}`,
    `--storage.tsdb.path=${join(folder, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
    ...(features.length > 0 ? [`--enable-feature=${features.join(',')}`] : []),
  ];
}

function collectLog(child: ChildProcess): () => string {
  let text = '';
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    text = (text + chunk).slice(-8_192);
  });
  return () => text;
}

async function isReady(child: ChildProcess, url: string): Promise<boolean> {
  const deadline = Date.now() + READY_MILLIS;
  while (Date.now() < deadline && child.exitCode === null) {
    const response = await fetch(`${url}/-/ready`).catch(() => undefined);
    await response?.body?.cancel();
    if (response?.ok === true) {
      return true;
    }
    await sleep(50);
  }
  return false;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) {
    return;
  }
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MILLIS);
  await exit;
  clearTimeout(timer);
}

interface Started {
  readonly url: string;
  readonly child: ChildProcess;
  readonly folder: string;
}

function toRunning({ url, child, folder }: Started): RunningPrometheus {
  const running: RunningPrometheus = {
    url,
    query: async (promql) => toSamples(await ask(url, 'query', { query: promql })),
    targets: async () => toTargets(await ask(url, 'targets', { state: 'active' })),
    exemplars: async (promql) => toExemplars(await ask(url, 'query_exemplars', { query: promql, ...lastMinutes(10) })),
    waitUntilUp: (scrapes = 2) => waitUntilUp(running, scrapes),
    stop: async () => {
      await end(child);
      await rm(folder, { recursive: true, force: true });
    },
  };
  return running;
}

/** What Prometheus says of a scrape that took longer than its interval, as happens on a busy machine. */
const SCRAPE_TIMEOUT = 'context deadline exceeded';

/** Prometheus hands new targets to the scraper only after five seconds, so counting good scrapes is the one sure sign. */
async function waitUntilUp(prometheus: RunningPrometheus, scrapes: number): Promise<void> {
  const deadline = Date.now() + UP_MILLIS;
  while (Date.now() < deadline) {
    const states = await prometheus.targets();
    const down = states.find(({ health, lastError }) => health === 'down' && !lastError.includes(SCRAPE_TIMEOUT));
    if (down !== undefined) {
      throw new Error(`${down.scrapeUrl} is down: ${down.lastError}`);
    }
    const counted = await prometheus.query(`sum_over_time(up[10m]) >= ${scrapes}`);
    const isScraped = states.length > 0 && counted.length >= states.length;
    if (isScraped && states.every(({ health }) => health === 'up')) {
      return;
    }
    await sleep(200);
  }
  throw new Error(`targets not up after ${UP_MILLIS} ms: ${JSON.stringify(await prometheus.targets())}`);
}

function lastMinutes(minutes: number): { start: string; end: string } {
  const now = Date.now() / 1_000;
  return { start: String(now - minutes * 60), end: String(now + 60) };
}
