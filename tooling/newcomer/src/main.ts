// Does what README.md and docs/guides say, on a newcomer's machine:
//   node scripts/newcomer.mjs [--only README.md] [--keep]
// Ends with a table of every block, and with 1 when one did not do what its text says.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readBlocks } from './read/blocks.ts';
import { Report } from './report.ts';
import { GATEWAY_PORT, isFree } from './run/gateway-port.ts';
import { createMachine } from './run/machine.ts';
import { Desk } from './walk/desk.ts';
import { walk } from './walk/walk.ts';

const root = join(import.meta.dirname, '../../..');
const begin = performance.now();
const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

const { only, keep } = parseArgs({
  options: { only: { type: 'string', multiple: true }, keep: { type: 'boolean', default: false } },
}).values;

if (!(await isFree(GATEWAY_PORT))) {
  say(`Port ${GATEWAY_PORT}, which the documents type, is taken by another program: end it first.`);
  process.exit(1);
}
const machine = createMachine(root);
const guides = readdirSync(join(machine.clone, 'docs/guides')).filter((name) => name.endsWith('.md'));
const documents = ['README.md', ...guides.toSorted().map((name) => `docs/guides/${name}`)];
const chosen = only === undefined ? documents : documents.filter((name) => only.some((each) => name.endsWith(each)));
say(`${chosen.join(', ')} as committed, in ${machine.clone}`);

const report = new Report((text) => {
  say(`${String(Math.round((performance.now() - begin) / 1000)).padStart(4)} s  ${text}`);
});
const desk = new Desk(machine, report);
if (!chosen.includes('README.md')) {
  // The guides begin where the README ends: everything is installed and built.
  const [block] = readBlocks('README.md', readFileSync(join(machine.clone, 'README.md'), 'utf8'));
  if (block !== undefined) {
    await desk.needDemo(block);
  }
}
for (const file of chosen) {
  if (report.failed > 0 && !desk.hasStarted) {
    say('The gateway has never started: the rest is not tried.');
    break;
  }
  await walk(desk, { file, markdown: readFileSync(join(machine.clone, file), 'utf8') });
}
await desk.endGateway();
if (keep) {
  say(`kept: ${machine.folder}`);
} else {
  machine.remove();
}
say(`\n${report.table()}\n`);
say(report.failed === 0 ? 'every block does what its text says' : `${report.failed} failed`);
process.exit(report.failed === 0 && chosen.length > 0 ? 0 : 1);
