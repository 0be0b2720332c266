// What a reader copies: files, configurations of clients, queries, messages.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { lastLines } from '../compare/lines.ts';
import { type ClientServer, toClientServers } from '../decide/client-config.ts';
import type { Block } from '../read/blocks.ts';
import { readJson } from '../read/json.ts';
import { toolsOf, traceOfCall } from '../run/clients.ts';
import { GATEWAY_URL } from '../run/gateway-port.ts';
import { askUntilNumber, checkScrapeConfig, startScraper } from '../run/prometheus.ts';
import { BrokenPromise, type Desk, isDemo } from './desk.ts';

function write(desk: Desk, name: string, text: string): string {
  const path = join(desk.machine.clone, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${desk.typed(text)}\n`);
  return path;
}

/** Lets npx fetch the servers of a configuration once, as the guide advises: the first time can take long. */
async function fetchServers(desk: Desk, text: string): Promise<void> {
  for (const server of toClientServers(readJson(text)) ?? []) {
    if ('command' in server && server.command === 'npx') {
      await desk.machine.run(`npx ${server.args.join(' ')} < /dev/null`);
    }
  }
}

/** Writes a configuration of the gateway where the next command looks for it. */
export async function copyFile(
  desk: Desk,
  block: Block,
  { name, text }: { name: string; text: string },
): Promise<void> {
  write(desk, name, text);
  await fetchServers(desk, text);
  const { code, output } = await desk.run(`npx dcc-mcp-gateway config print --config ${name}`);
  if (code !== 0) {
    throw new BrokenPromise(`${name} is no configuration of the gateway:\n${lastLines(output)}`);
  }
  desk.report.add(block, 'written', `${name}; the gateway reads it`);
}

/** Connects to each server as a client with this configuration would. */
export async function connectClients(desk: Desk, block: Block, servers: readonly ClientServer[]): Promise<void> {
  for (const server of servers) {
    const how = 'url' in server ? server.url : `${server.command} ${server.args.join(' ')}`;
    if (desk.wasTyped(how)) {
      desk.report.add(block, 'ran', `${how}, as in a document before`);
      continue;
    }
    if ('url' in server || server.args.some((word) => word.startsWith(GATEWAY_URL))) {
      await desk.needGateway(block);
    }
    const here = 'url' in server ? server : { ...server, args: server.args.map((word) => desk.typed(word)) };
    const tools = await toolsOf(here, desk.machine).catch((error: unknown) => {
      throw new BrokenPromise(`${how}: ${String(error)}`);
    });
    desk.remember(how);
    desk.report.add(block, 'ran', `a client lists ${tools.length} tools by ${how}`);
  }
}

/** Lets the machine's Prometheus scrape what the configuration names, while the demo agent works. */
export async function scrape(desk: Desk, block: Block, { name, text }: { name: string; text: string }): Promise<void> {
  const gateway = await desk.needGateway(block);
  await desk.scraper?.stop();
  const wrong = await checkScrapeConfig(desk.machine, write(desk, name, text));
  if (wrong !== undefined) {
    throw new BrokenPromise(`promtool check config: ${wrong}`);
  }
  desk.scraper = await startScraper(desk.typed(text));
  if (desk.scraper === undefined) {
    desk.report.add(block, 'needs', 'Prometheus, which is not on this machine');
    return;
  }
  await desk.scraper.waitUntilUp(1).catch((error: unknown) => {
    throw new BrokenPromise(`${name}: ${String(error)}`);
  });
  if (isDemo(gateway)) {
    await desk.runAgent();
  }
  desk.report.add(block, 'ran', `${name}: Prometheus scrapes, every target is up`);
}

/** Asks the Prometheus that scrapes. */
export async function query(desk: Desk, block: Block, promql: string): Promise<void> {
  if (desk.scraper === undefined) {
    desk.report.add(block, 'needs', 'a Prometheus that scrapes');
    return;
  }
  const series = await askUntilNumber(desk.scraper, promql);
  if (series === 0) {
    throw new BrokenPromise(`no number after half a minute: ${promql}`);
  }
  desk.report.add(block, 'ran', `${series} series: ${promql.replaceAll(/\s+/g, ' ')}`);
}

/** Sends a message of the document, its trace context filled in; the answer must be in that trace. */
export async function sendMessage(desk: Desk, block: Block, message: Readonly<Record<string, unknown>>): Promise<void> {
  await desk.needDemo(block);
  const traceId = '0af7651916cd43dd8448eb211c80319c';
  const filled = JSON.stringify(message['params']).replace('00-…-…-01', `00-${traceId}-b7ad6b7169203331-01`);
  const seen = await traceOfCall(`${GATEWAY_URL}/mcp`, readJson(filled));
  if (seen !== traceId) {
    throw new BrokenPromise(`sent in trace ${traceId}, the answer names ${String(seen)}`);
  }
  desk.report.add(block, 'ran', `${String(message['method'])}: the answer names the trace that was sent`);
}

/** What needs a program that is not here: an MCP client of ours stands in where the gateway's address is typed. */
export async function standInFor(
  desk: Desk,
  block: Block,
  { service, text }: { service: string; text: string },
): Promise<void> {
  const url = new RegExp(`${GATEWAY_URL}/mcp\\b`).exec(text)?.[0];
  if (url === undefined) {
    desk.report.add(block, 'needs', service);
    return;
  }
  await desk.needGateway(block);
  const tools = await toolsOf({ name: service, url }, desk.machine);
  desk.report.add(block, 'needs', `${service}; a client of ours lists ${tools.length} tools at ${url}`);
}
