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
  const standings = await Promise.all(urls.map(standingOf));
  const [only, ...others] = urls.filter((_url, index) => standings[index] === 'answers');
  if (only === undefined) {
    return unannounced(urls.filter((_url, index) => standings[index] === 'silent'));
  }
  return others.length === 0
    ? { ok: true, url: only }
    : { ok: false, message: `several gateways run (${[only, ...others].join(', ')}); name one with --url` };
}

/** Where none that was announced answers: one that is silent runs all the same, else one may be at the default address. */
async function unannounced(silent: readonly string[]): Promise<FoundGateway> {
  if (silent.length > 0) {
    const which = silent.length === 1 ? `the gateway at ${silent[0]} does` : `the gateways at ${silent.join(', ')} do`;
    return { ok: false, message: `${which} ${NO_ANSWER}` };
  }
  return (await standingOf(DEFAULT_URL)) === 'silent'
    ? { ok: false, message: `what listens at ${DEFAULT_URL} does ${NO_ANSWER}` }
    : { ok: true, url: DEFAULT_URL };
}

function toFound(named: string): FoundGateway {
  const scheme = /^([a-z][a-z\d+.-]*):\/\//i.exec(named)?.[1];
  if (scheme !== undefined && !/^https?$/i.test(scheme)) {
    return { ok: false, message: `--url ${named}: a gateway is asked over http or https, not ${scheme}` };
  }
  const url = /^https?:\/\//i.test(named) ? named : `http://${named}`;
  return URL.canParse(url)
    ? { ok: true, url: url.replace(/(?:\/mcp)?\/*$/, '') }
    : { ok: false, message: `--url ${named}: expected a URL such as ${DEFAULT_URL}` };
}

async function firstOf(urls: readonly string[]): Promise<string | undefined> {
  const standings = await Promise.all(urls.map(standingOf));
  return urls.find((_url, index) => standings[index] === 'answers');
}

/** Long enough for a busy gateway on this machine. */
const ANSWER_MILLIS = 2_000;
const NO_ANSWER = `not answer within ${ANSWER_MILLIS / 1_000} s, for it is busy or stopped; try again, or name another with --url`;

/** `silent`: something listens there, and does not answer. */
async function standingOf(url: string): Promise<'answers' | 'silent' | 'gone'> {
  try {
    return (await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(ANSWER_MILLIS) })).ok ? 'answers' : 'gone';
  } catch (error) {
    return error instanceof DOMException && error.name === 'TimeoutError' ? 'silent' : 'gone';
  }
}
