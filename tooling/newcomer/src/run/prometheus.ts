// The Prometheus of the machine, with the configuration that the reader copies.
import { findPrometheus, findPromtool } from '@dcc-mcp/test-kit/prometheus';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { isObject } from '../read/json.ts';
import type { Machine } from './machine.ts';
import { openTerminal, type Terminal } from './terminal.ts';

const UP_MILLIS = 30_000;
const QUERY_MILLIS = 30_000;

/** A Prometheus that scrapes what the document's configuration names. */
export interface Scraper {
  /** Waits until every target was scraped; the first error otherwise. */
  untilUp(): Promise<string | undefined>;
  /** Waits for an answer that holds a number; gives how many series it has, 0 after half a minute. */
  ask(promql: string): Promise<number>;
  stop(): Promise<void>;
}

interface Answer {
  readonly data?: {
    readonly result?: readonly { readonly value: readonly [number, string] }[];
    readonly activeTargets?: readonly { readonly health: string; readonly lastError: string }[];
  };
}

const isAnswer = (value: unknown): value is Answer => isObject(value);

async function ask(url: string): Promise<Answer> {
  const answer: unknown = await fetch(url).then((response) => response.json());
  return isAnswer(answer) ? answer : {};
}

/** The document scrapes every fifteen seconds; nobody wants to wait for that here. */
function hurried(config: string): string {
  return `global: { scrape_interval: 1s }\n${config.replaceAll(/^\s*scrape_interval:.*\n/gm, '')}`;
}

async function untilUp(url: string): Promise<string | undefined> {
  const end = performance.now() + UP_MILLIS;
  let last = 'no target';
  while (performance.now() < end) {
    const { data } = await ask(`${url}/api/v1/targets`).catch((): Answer => ({}));
    const targets = data?.activeTargets ?? [];
    if (targets.length > 0 && targets.every(({ health }) => health === 'up')) {
      return undefined;
    }
    last = targets.find(({ lastError }) => lastError !== '')?.lastError ?? last;
    await wait(200);
  }
  return last;
}

async function askUntilNumber(url: string, promql: string): Promise<number> {
  const end = performance.now() + QUERY_MILLIS;
  while (performance.now() < end) {
    const { data } = await ask(`${url}/api/v1/query?query=${encodeURIComponent(promql)}`);
    const series = data?.result ?? [];
    if (series.some(({ value: [, number] }) => Number.isFinite(Number(number)))) {
      return series.length;
    }
    await wait(500);
  }
  return 0;
}

/** What is wrong with a configuration, as promtool says it. */
export async function checkScrapeConfig(machine: Machine, path: string): Promise<string | undefined> {
  const { code, output } = await machine.run(`"${findPromtool() ?? 'promtool'}" check config "${path}"`);
  return code === 0 ? undefined : output;
}

/** Starts the machine's Prometheus with `config`; `undefined` where there is none. */
export function startScraper(machine: Machine, config: string, port: number): Scraper | undefined {
  const program = findPrometheus();
  if (program === undefined) {
    return undefined;
  }
  const file = join(machine.folder, `prometheus-${port}.yml`);
  writeFileSync(file, hurried(config));
  const url = `http://127.0.0.1:${port}`;
  const typed = `exec "${program}" --config.file="${file}" --storage.tsdb.path="${file}.data" --web.listen-address=127.0.0.1:${port}`;
  const terminal: Terminal = openTerminal(machine, 'prometheus', typed);
  return {
    untilUp: () => untilUp(url),
    ask: (promql) => askUntilNumber(url, promql),
    async stop() {
      await terminal.interrupt();
    },
  };
}
