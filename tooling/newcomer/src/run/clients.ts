// An MCP client as a newcomer has one: it reads a configuration, connects, lists the tools and searches.
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { setTimeout as wait } from 'node:timers/promises';
import type { ClientServer } from '../decide/client-config.ts';
import { isObject } from '../read/json.ts';
import type { Machine } from './machine.ts';

const CONNECT_MILLIS = 60_000;

function transportOf(server: ClientServer, { env, folder }: Machine) {
  return 'url' in server
    ? new StreamableHTTPClientTransport(new URL(server.url))
    : new StdioClientTransport({
        command: server.command,
        args: [...server.args],
        env: { ...env },
        cwd: folder, // a client starts its servers from wherever it is
        stderr: 'ignore',
      });
}

async function listTools(server: ClientServer, machine: Machine): Promise<readonly string[]> {
  const client = new Client({ name: 'newcomer', version: '1.0.0' });
  try {
    await client.connect(transportOf(server, machine));
    const { tools } = await client.listTools();
    return tools.map(({ name }) => name);
  } finally {
    await client.close();
  }
}

/**
 * The tools that `server` offers a client.
 *
 * @throws {Error} When it cannot be reached, answers late or has no tools.
 */
export async function toolsOf(server: ClientServer, machine: Machine): Promise<readonly string[]> {
  const late = wait(CONNECT_MILLIS, undefined, { ref: false }).then(() => {
    throw new Error(`no list of tools within ${CONNECT_MILLIS / 1000} s`);
  });
  const tools = await Promise.race([listTools(server, machine), late]);
  if (tools.length === 0) {
    throw new Error('it has no tools');
  }
  return tools;
}

/** Sends a `tools/call` with this `_meta` and gives the trace id that the answer names. */
export async function traceOfCall(url: string, params: unknown): Promise<unknown> {
  if (!isObject(params) || typeof params['name'] !== 'string' || !isObject(params['_meta'])) {
    throw new Error('not the params of a tools/call with _meta');
  }
  const { name, arguments: input, _meta: meta } = params;
  const client = new Client({ name: 'newcomer', version: '1.0.0' });
  try {
    await client.connect(new StreamableHTTPClientTransport(new URL(url)));
    const { structuredContent } = await client.callTool({
      name,
      arguments: isObject(input) ? { ...input } : {},
      _meta: { ...meta },
    });
    return isObject(structuredContent) ? structuredContent['trace_id'] : undefined;
  } finally {
    await client.close();
  }
}
