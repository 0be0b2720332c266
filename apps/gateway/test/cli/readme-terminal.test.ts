// The recorded terminal under "Two commands" of README.md is what a terminal shows.
import { expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInTerminal } from '../fixtures/in-terminal.ts';

const ROOT = join(import.meta.dirname, '../../../..');
const DEMO = join(ROOT, 'examples/demo/gateway.yaml');
/** With the empty line: Ctrl-C that is pressed before it shows another picture. */
const LAST = 'Ctrl-C ends the gateway.\r\n\r\n';

const isServer = (line: string): boolean => line.includes(' ready · N tools · N s');

/** Without what differs from run to run: times, ports, counts, durations, and which server is ready first. */
function masked(shown: string): readonly string[] {
  const lines = shown
    .trim()
    .replaceAll(/\d\d:\d\d:\d\d/g, 'TIME')
    .replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:PORT')
    .replaceAll(/\d+ tools/g, 'N tools')
    .replaceAll(/\d+\.\d s\b/g, 'N s')
    .split('\n');
  const servers = lines.filter(isServer).toSorted();
  return lines.map((line) => (isServer(line) ? servers.shift()! : line));
}

test('README shows what the terminal shows, from the start to Ctrl-C', async () => {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
  const [, block = ''] = /```text\n([^`]*listening on[^`]*)```/.exec(readme) ?? [];
  const { shown, code } = await runInTerminal({
    args: ['--config', DEMO, '--port', '0'],
    env: { NO_COLOR: '1' },
    columns: 120,
    until: LAST,
  });
  expect(masked(block)).toEqual(masked(shown));
  expect(code).toBe(0);
}, 30_000);
