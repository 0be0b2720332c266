// `npm start` that is told to end while it builds: the steps behind it are not begun.
import { afterAll, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const STEPS = pathToFileURL(join(import.meta.dirname, '../../../../scripts/up/steps.mjs')).href;
const folder = mkdtempSync(join(tmpdir(), 'interrupted-start-'));

afterAll(() => rmSync(folder, { recursive: true }));

/** Stands for turbo: builds until it is told to end, and then ends as `end` says. */
function writeTurbo(end: string): void {
  const program = `#!${process.execPath}
for (const signal of ['SIGINT', 'SIGTERM']) { process.on(signal, () => { ${end} }); }
setTimeout(() => {}, 20_000);
console.log('@dcc-mcp/some:build: cache miss, executing');
console.error('building');`;
  writeFileSync(join(folder, 'turbo'), program, { mode: 0o755 });
}

test.each([
  ['SIGINT', 'process.exit(0)'],
  ['SIGINT', 'process.exit(1)'],
  ['SIGTERM', 'process.exit(0)'],
] as const)(
  '%s during the build ends it, where the build ends by %s',
  async (signal, end) => {
    writeTurbo(end);
    const program = `const { build } = await import('${STEPS}'); await build(['x']); console.log('went on');`;
    const start = spawn(process.execPath, ['--input-type=module', '-e', program], {
      env: { ...process.env, PATH: [folder, process.env['PATH']].join(delimiter) },
    });
    let shown = '';
    let isTold = false;
    for (const stream of [start.stdout, start.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        shown += text;
        if (!isTold && shown.includes('Building …')) {
          isTold = true;
          start.kill(signal);
        }
      });
    }
    const [code] = (await once(start, 'close')) as [number | null];
    expect({ code, shown }).toEqual({ code: 130, shown: 'Building …\nStopping …\n' });
  },
  15_000,
);
