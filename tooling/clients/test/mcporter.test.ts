// mcporter: tools as shell commands.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { modeOf, Places } from './command-line-client.ts';
import { CLIENTS } from './installed.ts';
import { type CommandEnd, runClient } from './run-client.ts';

const TIMEOUT_MILLIS = 60_000;
const places = new Places();
let configFile = '';

beforeAll(async () => {
  configFile = await places.open({ allowHttp: true });
}, TIMEOUT_MILLIS);

afterAll(() => places.close());

const port = (...args: string[]): Promise<CommandEnd> =>
  runClient([...CLIENTS.mcporter(), '--config', configFile, ...args], places.home);

// Over stdio each command starts a gateway and its servers: there every promise is kept in one mode.
test.each([['http-search'], ['http-all'], ['stdio-all']] as const)(
  'mcporter lists the tools (%s)',
  async (place) => {
    const { stdout } = await port('list', place, '--json');
    expect(stdout).toContain(modeOf(place) === 'search' ? '"load_skill"' : '"everything__echo"');
  },
  TIMEOUT_MILLIS,
);

test.each([['http-search'], ['stdio-search']] as const)(
  'mcporter searches, and calls what it found (%s)',
  async (place) => {
    const { stdout } = await port('call', `${place}.search`, 'query=echo', 'limit=1');
    const { hits } = JSON.parse(stdout) as { readonly hits: readonly { readonly tool_slug: string }[] };
    const more = [`tool_slug=${hits[0]!.tool_slug}`, 'arguments={"message":"héllo 世界"}'];
    expect((await port('call', `${place}.call`, ...more)).stdout).toContain('Echo: héllo 世界');
  },
  TIMEOUT_MILLIS,
);

describe('mcporter over HTTP', () => {
  test(
    'calls a tool by its own name',
    async () => {
      expect((await port('call', 'http-all.everything__echo', 'message=héllo 世界')).stdout).toContain(
        'Echo: héllo 世界',
      );
    },
    TIMEOUT_MILLIS,
  );

  test(
    'says why a tool failed, and ends with exit code 1',
    async () => {
      const { code, stdout } = await port('call', 'http-all.files__read_text_file', 'path=/nothing-here');
      expect([code, stdout]).toEqual([1, expect.stringContaining('Access denied')]);
    },
    TIMEOUT_MILLIS,
  );

  test(
    'saves an image',
    async () => {
      const folder = join(places.home, 'images');
      await port('call', 'http-all.everything__get-tiny-image', '--save-images', folder);
      expect(readdirSync(folder)).toEqual([expect.stringMatching(/\.png$/)]);
    },
    TIMEOUT_MILLIS,
  );

  test(
    'lists and reads resources',
    async () => {
      const uri = 'demo://resource/static/document/architecture.md';
      expect((await port('resource', 'http-all')).stdout).toContain(uri);
      expect((await port('resource', 'http-all', uri)).stdout).toContain('Everything Server');
    },
    TIMEOUT_MILLIS,
  );

  test(
    'is told that it cannot be asked for input',
    async () => {
      const { code, stdout } = await port('call', 'http-all.everything__trigger-elicitation-request');
      expect([code, stdout]).toEqual([1, expect.stringContaining('the client has no elicitation')]);
    },
    TIMEOUT_MILLIS,
  );
});
