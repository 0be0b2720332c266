// What the keys of an entry of `mcpServers` show.
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { findSlug } from '../../fixtures/callers.ts';
import { openModern } from '../../tracing/raw-mcp.ts';
import { type Effect, type Lab, type Place, SERVER } from './lab.ts';

const callStatus =
  (tool: string) =>
  async (lab: Lab): Promise<number> =>
    (await lab.call(tool)).status;

const child = join(import.meta.dirname, 'told-child.mjs');
/** What the tool told of its process, or what was wrong. */
const told = async (lab: Lab): Promise<unknown> => {
  const { output, error } = (await lab.call('read')).body;
  return [output, (error as { readonly kind?: unknown } | undefined)?.kind];
};
const key = (name: string): string => `${SERVER}.${name}`;
const stdio = { [key('command')]: process.execPath, [key('args')]: [child] };
const http = ({ upstream }: Place) => ({ [key('url')]: upstream.url });

const mostAtOnce = async (lab: Lab): Promise<number> => {
  await Promise.all([lab.call('work'), lab.call('work'), lab.call('work')]);
  return lab.upstream.mostAtOnce;
};
const toolNames = async (lab: Lab): Promise<unknown> => {
  await lab.call('read');
  const hits = (await lab.post('/v1/search', { query: '', limit: 100 })).body['hits'];
  return (hits as readonly { readonly backend_tool: string }[]).map(({ backend_tool: name }) => name).toSorted();
};
const seenHeader = async (lab: Lab): Promise<unknown> => {
  await lab.call('read');
  return lab.upstream.calls.at(-1)?.headers['x-word'];
};

/** What the keys of an entry of `mcpServers` show. */
export const UPSTREAM_EFFECTS: Readonly<Record<string, Effect>> = {
  type: {
    base: (place) => ({ ...stdio, ...http(place) }),
    value: 'http',
    other: 'stdio',
    observe: async (lab) => {
      await lab.call('read');
      return lab.upstream.calls.length;
    },
  },
  command: { base: { [key('args')]: [child] }, value: process.execPath, other: '/nowhere/node', observe: told },
  args: { base: stdio, value: [child, 'one'], other: [child], observe: told },
  env: { base: stdio, value: { WORD: 'one' }, observe: told },
  envFiles: { base: stdio, value: (place: Place) => ({ WORD: place.write('word', 'one\n') }), observe: told },
  envFile: { base: stdio, value: (place: Place) => place.write('words', 'WORD=one\n'), observe: told },
  cwd: { base: stdio, value: '/', observe: told },
  url: {
    value: ({ upstream }: Place) => upstream.url,
    other: ({ upstream }: Place) => upstream.keysUrl,
    observe: told,
  },
  headers: { base: http, value: { 'x-word': 'one' }, observe: seenHeader },
  headerFiles: {
    base: http,
    value: (place: Place) => ({ 'x-word': place.write('word', 'one\n') }),
    observe: seenHeader,
  },
  dccType: {
    base: http,
    value: 'maya',
    observe: async (lab) => {
      await lab.call('read');
      const { instances } = (await lab.get('/v1/instances')).body as { instances: readonly { dcc_type?: unknown }[] };
      return instances.map(({ dcc_type: type }) => type);
    },
  },
  lazy: {
    base: http,
    value: true,
    observe: async (lab) => {
      await wait(100);
      const { instances } = (await lab.get('/v1/instances')).body as { instances: readonly { status?: unknown }[] };
      return instances.map(({ status }) => status);
    },
  },
  affinity: { base: http, value: 'main', observe: mostAtOnce },
  concurrency: { base: http, value: 1, observe: mostAtOnce },
  queue: {
    base: (place) => ({ ...http(place), [key('concurrency')]: 1 }),
    value: 0,
    observe: async (lab) =>
      new Set((await Promise.all([lab.call('work'), lab.call('work')])).map(({ status }) => status)),
  },
  maxTimeoutMs: {
    base: (place) => ({ ...http(place), [key('timeoutMs')]: 250 }),
    value: 300,
    observe: async (lab) => {
      await lab.call('read');
      const slug = await findSlug(lab.url, 'seen', 'report');
      const params = { name: 'call', arguments: { tool_slug: slug } };
      const { text } = await openModern(lab.url).request('tools/call', params, { meta: { progressToken: 1 } });
      return ['reported', '300 ms, the longest time'].filter((words) => text.includes(words));
    },
  },
  timeoutMs: { base: http, value: 20, observe: callStatus('work') },
  coerceArguments: {
    base: http,
    value: false,
    observe: async (lab) => (await lab.call('read', { n: '1' })).status,
  },
  includeTools: { base: http, value: ['read'], observe: toolNames },
  excludeTools: { base: http, value: ['write'], observe: toolNames },
  disabled: { base: http, value: true, observe: callStatus('read') },
};
