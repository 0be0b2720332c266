// A route with what was filled in, as an address and as what others run.
import { shellQuoted } from '../../parts/request/request-forms.ts';
import type { Operation } from './operations.ts';

/** What was filled in, by the name of the parameter. */
export type Filled = Readonly<Record<string, string>>;

/** Parameters that have to be there and are not. */
export function missingOf({ parameters }: Operation, filled: Filled): readonly string[] {
  return parameters
    .filter(({ name, required }) => required === true && (filled[name] ?? '') === '')
    .map(({ name }) => name);
}

/** The address on the gateway at `origin`; a parameter of the path that is not filled in stays as `{name}`. */
export function addressOf(origin: string, { path, parameters }: Operation, filled: Filled): string {
  const place = path.replaceAll(/\{(\w+)\}/g, (gap, name: string) =>
    (filled[name] ?? '') === '' ? gap : encodeURIComponent(filled[name] ?? ''),
  );
  const query = new URLSearchParams(
    parameters
      .filter(({ in: where, name }) => where === 'query' && (filled[name] ?? '') !== '')
      .map(({ name }) => [name, filled[name] ?? '']),
  );
  return `${origin}${place}${query.size === 0 ? '' : `?${query}`}`;
}

export function curlOf(address: string, { method, body }: Operation, text: string): string {
  const parts = [`curl -s ${method === 'GET' ? '' : `-X ${method} `}${shellQuoted(address)}`];
  return (
    body === undefined ? parts : [...parts, `-H 'content-type: application/json'`, `-d ${shellQuoted(text)}`]
  ).join(' \\\n  ');
}

export function fetchOf(address: string, { method, body }: Operation, text: string): string {
  const init = {
    method,
    ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: text }),
  };
  const options = method === 'GET' ? '' : `, ${JSON.stringify(init, undefined, 2)}`;
  return `const response = await fetch(${JSON.stringify(address)}${options});\nconsole.log(await response.json());`;
}

/** Routes that are a tool of the gateway's `/mcp` as well. */
const TOOLS = new Set(['search', 'describe', 'load_skill', 'unload_skill', 'call', 'call_batch']);

/** The same as a message of MCP; undefined where there is no such tool. */
export function jsonRpcOf({ method, path }: Operation, text: string): string | undefined {
  const name = /^\/v1\/(\w+)$/.exec(path)?.[1] ?? '';
  if (method !== 'POST' || !TOOLS.has(name)) {
    return undefined;
  }
  const params = { name, arguments: JSON.parse(text) as unknown };
  return JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }, undefined, 2);
}
