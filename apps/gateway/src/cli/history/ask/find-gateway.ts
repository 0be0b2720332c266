import type { Environment } from '@dcc-mcp/telemetry-config';
import { announcedGateways } from '../../running-gateways.ts';

/** Where a gateway listens that nobody started otherwise. */
const DEFAULT_URL = 'http://127.0.0.1:9765';

/** The gateway that is meant, or why none is. */
export type FoundGateway =
  | { readonly ok: true; readonly url: string }
  | { readonly ok: false; readonly message: string };

/**
 * Of several addresses that are named the first that answers; `--url`, also as MCP clients are given it; else the gateway
 * of this user that runs, else the default address.
 */
export async function findGateway(env: Environment, named: readonly string[]): Promise<FoundGateway> {
  const [first] = named;
  if (first !== undefined) {
    return toFound(named.length === 1 ? first : ((await firstOf(named)) ?? first));
  }
  // One that was killed leaves its address behind, and the next one may have the same.
  const urls = [...new Set(announcedGateways(env).map(({ url }) => url))];
  const running = (await Promise.all(urls.map(async (url) => ((await answers(url)) ? [url] : [])))).flat();
  const [only] = running;
  if (running.length > 1) {
    return { ok: false, message: `several gateways run (${running.join(', ')}); name one with --url` };
  }
  return { ok: true, url: only ?? DEFAULT_URL };
}

function toFound(named: string): FoundGateway {
  const url = /^https?:\/\//i.test(named) ? named : `http://${named}`;
  return URL.canParse(url)
    ? { ok: true, url: url.replace(/(?:\/mcp)?\/*$/, '') }
    : { ok: false, message: `--url ${named}: expected a URL such as ${DEFAULT_URL}` };
}

async function firstOf(urls: readonly string[]): Promise<string | undefined> {
  const isThere = await Promise.all(urls.map(answers));
  return urls.find((_url, index) => isThere[index]);
}

/** Long enough for a busy gateway on this machine. */
const ANSWER_MILLIS = 2_000;

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(ANSWER_MILLIS) })).ok;
  } catch {
    return false;
  }
}
