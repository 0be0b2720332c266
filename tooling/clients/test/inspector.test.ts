// The inspector's command line: one process, one connection and one request each.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { pathToFileURL } from 'node:url';
import { modeOf, type Place, Places } from './command-line-client.ts';
import { CLIENTS, type Command } from './installed.ts';
import { type CommandEnd, runClient } from './run-client.ts';

const TIMEOUT_MILLIS = 60_000;
const places = new Places();
let configFile = '';

beforeAll(async () => {
  configFile = await places.open({ roots: [{ uri: pathToFileURL(places.root).href, name: 'work' }] });
}, TIMEOUT_MILLIS);

afterAll(() => places.close());

const command = (place: Place, method: string): Command => {
  const [file, ...args] = CLIENTS.inspector();
  return [file, ...args, '--cli', '--config', configFile, '--server', place, '--method', method];
};

const inspect = (place: Place, method: string, ...more: string[]): Promise<CommandEnd> =>
  runClient([...command(place, method), '--format', 'json', '--quiet', ...more], places.home);

const call = (place: Place, tool: string, args: object, ...more: string[]): Promise<CommandEnd> =>
  inspect(place, 'tools/call', '--tool-name', tool, '--tool-args-json', JSON.stringify(args), ...more);

/** Calls through the gateway's `call` where the tools are not listed; the slug comes from a search. */
async function callBehind(place: Place, [server, tool]: readonly [string, string], args: object): Promise<CommandEnd> {
  if (modeOf(place) === 'all') {
    return call(place, `${server}__${tool}`, args);
  }
  const { stdout } = await call(place, 'search', { query: tool, limit: 1 });
  const [hit] = (JSON.parse(stdout) as Found).result.structuredContent.hits;
  return call(place, 'call', { tool_slug: hit!.tool_slug, arguments: args });
}

interface Found {
  readonly result: { readonly structuredContent: { readonly hits: readonly { readonly tool_slug: string }[] } };
}

// Over stdio each command starts a gateway and its servers: there every promise is kept in one mode.
test.each([['http-search'], ['http-all'], ['stdio-all']] as const)(
  'the inspector lists the tools (%s)',
  async (place) => {
    const { code, stdout } = await inspect(place, 'tools/list');
    expect(code).toBe(0);
    expect(stdout).toContain(modeOf(place) === 'search' ? '"name":"load_skill"' : '"name":"everything__echo"');
  },
  TIMEOUT_MILLIS,
);

test.each([['http-search'], ['http-all'], ['stdio-search']] as const)(
  'the inspector calls a tool, which it finds by a search where tools are not listed (%s)',
  async (place) => {
    const { code, stdout } = await callBehind(place, ['everything', 'echo'], { message: 'héllo 世界 🎈' });
    expect([code, stdout.includes('Echo: héllo 世界 🎈')]).toEqual([0, true]);
  },
  TIMEOUT_MILLIS,
);

test.each([['http-search'], ['http-all'], ['stdio-all']] as const)(
  'the inspector gives its roots to server-filesystem (%s)',
  async (place) => {
    const { stdout } = await callBehind(place, ['files', 'list_allowed_directories'], {});
    expect(stdout).toContain(places.root);
  },
  TIMEOUT_MILLIS,
);

describe('the inspector over HTTP', () => {
  test.each(['legacy', 'modern'])(
    'speaks the %s protocol',
    async (era) => {
      const { code, stdout } = await call('http-all', 'everything__echo', { message: 'hi' }, '--protocol-era', era);
      expect([code, stdout.includes('Echo: hi')]).toEqual([0, true]);
    },
    TIMEOUT_MILLIS,
  );

  test(
    'finds nothing in the gateway’s tools that a model could not take',
    async () => {
      const { code, stderr } = await runClient([...command('http-search', 'tools/list'), '--strict'], places.home);
      expect(code).toBe(0);
      // What a tool gave has no type of its own; everything else has one.
      expect(stderr).not.toMatch(/Path: (inputSchema|(?!.*\.output$).*)$/m);
    },
    TIMEOUT_MILLIS,
  );

  test(
    'says why a tool failed, and ends with another exit code',
    async () => {
      const { code, stdout, stderr } = await call('http-all', 'files__read_text_file', { path: '/nothing-here' });
      expect([code, /Access denied/.test(stdout), /isError/.test(stderr)]).toEqual([5, true, true]);
    },
    TIMEOUT_MILLIS,
  );

  test(
    'sees an image',
    async () => {
      const { stdout } = await call('http-all', 'everything__get-tiny-image', {});
      expect(stdout).toContain('"mimeType":"image/png"');
    },
    TIMEOUT_MILLIS,
  );

  test(
    'cancels a call with Ctrl-C, where the protocol is 2026-07-28',
    async () => {
      const heard = (): number => places.stderr('all').split('"dcc_mcp.outcome":"cancelled"').length - 1;
      const before = heard();
      const args = JSON.stringify({ duration: 60, steps: 6 });
      const more = ['--tool-name', 'everything__trigger-long-running-operation', '--tool-args-json', args];
      const running = runClient(
        [...command('http-all', 'tools/call'), ...more, '--protocol-era', 'modern'],
        places.home,
        places.untilCalled('all'),
      );
      await running;
      await expect(places.until(() => heard() > before)).resolves.toBeUndefined();
    },
    TIMEOUT_MILLIS,
  );

  test(
    'lists and reads resources',
    async () => {
      const listed = await inspect('http-all', 'resources/list');
      const uri = 'demo://resource/static/document/architecture.md';
      expect(listed.stdout).toContain(uri);
      expect((await inspect('http-all', 'resources/read', '--uri', uri)).stdout).toContain('Everything Server');
    },
    TIMEOUT_MILLIS,
  );

  test(
    'gets a prompt',
    async () => {
      const more = ['--prompt-name', 'everything__args-prompt', '--prompt-args', 'city=Köln'];
      expect((await inspect('http-all', 'prompts/get', ...more)).stdout).toContain('Köln');
    },
    TIMEOUT_MILLIS,
  );

  test.each([
    ['legacy', /elicitation\/create is declined: the client has no elicitation/],
    ['modern', /did not declare: elicitation/],
  ])(
    'is told that it cannot be asked for input (%s)',
    async (era, words) => {
      const { code, stdout, stderr } = await call(
        'http-all',
        'everything__trigger-elicitation-request',
        {},
        '--protocol-era',
        era,
      );
      expect(code).not.toBe(0);
      expect(`${stdout}${stderr}`).toMatch(words);
    },
    TIMEOUT_MILLIS,
  );
});
