// The Prometheus of the machine, with the configuration that the reader copies.
import {
  findPrometheus,
  findPromtool,
  type RunningPrometheus,
  startPrometheusWith,
} from '@dcc-mcp/test-kit/prometheus';
import { setTimeout as wait } from 'node:timers/promises';
import type { Machine } from './machine.ts';

const QUERY_MILLIS = 30_000;

/** The document scrapes every fifteen seconds; nobody wants to wait for that here. */
function hurried(config: string): string {
  return `global: { scrape_interval: 1s }\n${config.replaceAll(/^\s*scrape_interval:.*\n/gm, '')}`;
}

/** What is wrong with a configuration, as promtool says it. */
export async function checkScrapeConfig(machine: Machine, path: string): Promise<string | undefined> {
  const { code, output } = await machine.run(`"${findPromtool() ?? 'promtool'}" check config "${path}"`);
  return code === 0 ? undefined : output;
}

/** Starts the machine's Prometheus with `config`; `undefined` where there is none. */
export async function startScraper(config: string): Promise<RunningPrometheus | undefined> {
  return findPrometheus() === undefined ? undefined : startPrometheusWith(hurried(config));
}

/** Waits for an answer that holds a number; gives how many series it has, 0 after half a minute. */
export async function askUntilNumber(scraper: RunningPrometheus, promql: string): Promise<number> {
  const end = performance.now() + QUERY_MILLIS;
  while (performance.now() < end) {
    const series = await scraper.query(promql);
    if (series.some(({ value }) => Number.isFinite(value))) {
      return series.length;
    }
    await wait(500);
  }
  return 0;
}
