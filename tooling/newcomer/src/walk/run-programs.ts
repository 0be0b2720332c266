// Programs of the documents: run where a reader would put them, or held to the example that they are a part of.
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { lastLines } from '../compare/lines.ts';
import type { Block } from '../read/blocks.ts';
import { GATEWAY_URL } from '../run/gateway-port.ts';
import type { Machine } from '../run/machine.ts';
import { BrokenPromise, type Desk } from './desk.ts';

/** A program that still runs by then is a server; it has shown that it starts. */
const SERVES_MILLIS = 4_000;

const namesIn = (folder: string): readonly string[] =>
  readdirSync(folder)
    .filter((name) => !name.startsWith('.'))
    .flatMap((name) =>
      name.startsWith('@') ? readdirSync(join(folder, name)).map((each) => `${name}/${each}`) : [name],
    );

/** A folder where every package of the examples can be imported, as after `npm install` of what the document names. */
function makeProject({ clone, folder }: Machine): string {
  const project = join(folder, 'program');
  const examples = join(clone, 'examples');
  for (const example of readdirSync(examples)) {
    const modules = join(examples, example, 'node_modules');
    for (const name of existsSync(modules) ? namesIn(modules) : []) {
      const link = join(project, 'node_modules', name);
      mkdirSync(dirname(link), { recursive: true });
      if (!existsSync(link)) {
        symlinkSync(join(modules, name), link);
      }
    }
  }
  return project;
}

/** Runs a whole program; one that serves is ended after some seconds. */
export async function runProgram(desk: Desk, block: Block, text: string): Promise<void> {
  if (text.includes(GATEWAY_URL)) {
    await desk.needGateway(block);
  }
  const project = makeProject(desk.machine);
  const file = join(project, `line-${block.line}.mjs`);
  writeFileSync(file, desk.typed(text));
  const node = join(desk.machine.clone, 'node_modules/.bin/node');
  const { code, output } = await desk.machine.run(`"${node}" "${file}"`, { timeoutMillis: SERVES_MILLIS });
  if (code > 0) {
    throw new BrokenPromise(`exit code ${code}\n${lastLines(output)}`);
  }
  desk.beginBlock(block);
  desk.print(output);
  desk.report.add(block, 'ran', code === -1 ? 'a server: it starts' : 'runs to its end');
}

const squeeze = (line: string): string => line.replaceAll(/\s+/g, '');

/** Every line of the block stands in the file that it is a part of. */
export function comparePart(desk: Desk, block: Block, { source, text }: { source: string; text: string }): void {
  const path = join(desk.machine.clone, source);
  if (!existsSync(path)) {
    throw new BrokenPromise(`there is no ${source}`);
  }
  const whole = squeeze(readFileSync(path, 'utf8'));
  const missing = text.split('\n').filter((line) => !whole.includes(squeeze(line.replace(/\s\/\/ .*$/, ''))));
  if (missing.length > 0) {
    throw new BrokenPromise(`not in ${source}:\n${missing.join('\n')}`);
  }
  desk.report.add(block, 'compared', `every line is in ${source}`);
}
