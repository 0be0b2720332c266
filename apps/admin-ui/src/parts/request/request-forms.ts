// A recorded call as something to run again: in a shell, by an MCP client.
import type { RowIdentity, TraceDetail } from '@dcc-mcp/call-store';

/** Text in single quotes, as a POSIX shell reads it. */
export function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** The arguments as they are kept: an object where they are whole, else what is left of their text. */
function argumentsOf({ input }: TraceDetail): unknown {
  try {
    return JSON.parse(input?.content ?? '{}');
  } catch {
    return input?.content;
  }
}

/** The call over REST. What was redacted or cut is so in it too. */
export function toCurl(trace: TraceDetail, origin: string): string {
  const isBatch = trace.operation === 'call_batch';
  const body = isBatch ? argumentsOf(trace) : { tool_slug: trace.tool, arguments: argumentsOf(trace) };
  return [
    `curl -s ${shellQuoted(`${origin}/v1/${isBatch ? 'call_batch' : trace.operation}`)}`,
    `  -H 'content-type: application/json'`,
    `  -d ${shellQuoted(JSON.stringify(trace.operation === 'call' || isBatch ? body : argumentsOf(trace)))}`,
  ].join(' \\\n');
}

/** The call as a client of the gateway sends it (MCP, `tools/call`). */
export function toJsonRpc(trace: TraceDetail): string {
  const name = trace.operation;
  const given = argumentsOf(trace);
  const params =
    name === 'call' ? { name, arguments: { tool_slug: trace.tool, arguments: given } } : { name, arguments: given };
  return JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }, undefined, 2);
}

/** The command that sends it again through the same gateway, with what is to be changed. */
export function toReplayCommand({ row_id: id }: RowIdentity, gateway: string): string {
  const url = /^[\w.:/-]+$/.test(gateway) ? gateway : shellQuoted(gateway);
  return `npx dcc-mcp-gateway replay ${id} --url ${url}`;
}
