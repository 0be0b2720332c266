// Types the commands of a block, one after another, and holds each to its exit code and to what its comment promises.
import { lastLines } from '../compare/lines.ts';
import { type Command, wordsOf } from '../decide/commands.ts';
import { promisedBy } from '../decide/promises.ts';
import type { Block } from '../read/blocks.ts';
import { collectorPortsIn } from '../run/sinks.ts';
import { BrokenPromise, type Desk } from './desk.ts';
import { sendToCollectors, withCollectors } from './send-to-collectors.ts';

const RUN_MILLIS = 120_000;
/** The whole suite is a step of CI of its own; here one package shows that the command installs and tests. */
const ONE_PACKAGE = '--filter=@dcc-mcp/bounds';

function checkPromise({ text, comment }: Command, output: string): string {
  if (comment === undefined) {
    return '';
  }
  const patterns = promisedBy(comment);
  if (patterns === undefined) {
    throw new BrokenPromise(`${text}: nothing says what "${comment}" promises; add it to src/decide/promises.ts`);
  }
  const missing = patterns.filter((pattern) => !pattern.test(output));
  if (missing.length > 0) {
    const wanted = missing.map(String).join(', ');
    throw new BrokenPromise(`${text}: "${comment}", but there is no ${wanted} in\n${lastLines(output)}`);
  }
  return ` (${comment})`;
}

/** The doctor ends with 1 where it has found something. */
function isToldByDoctor(text: string, output: string): boolean {
  return wordsOf(text).includes('doctor') && /^Problems:\n {2}(?!none)/m.test(output);
}

async function typeToEnd(desk: Desk, block: Block, command: Command): Promise<void> {
  const { text } = command;
  if (/demo:agent/.test(text)) {
    await desk.needDemo(block);
  } else if (/:9765\b/.test(text)) {
    await desk.needGateway(block);
  }
  const isWholeSuite = wordsOf(text).join(' ') === 'npm test';
  const { code, output } = await withCollectors(desk, text, () =>
    desk.run(isWholeSuite ? `${text} -- ${ONE_PACKAGE}` : text, RUN_MILLIS),
  );
  desk.print(output);
  if (code !== 0 && !(desk.isOutputShown && isToldByDoctor(text, output))) {
    throw new BrokenPromise(`${text}: exit code ${code}\n${lastLines(output)}`);
  }
  const promised = checkPromise(command, output);
  const narrowed = isWholeSuite ? `, narrowed by ${ONE_PACKAGE}: all of it is a step of its own in CI` : '';
  desk.report.add(block, promised === '' ? 'ran' : 'compared', `${text}${promised}${narrowed}`);
}

async function typeAndLeave(desk: Desk, block: Block, command: Command): Promise<void> {
  const ports = collectorPortsIn(`${desk.exported}\n${command.text}`);
  if (ports.length > 0) {
    await sendToCollectors(desk, block, { command: command.text, ports });
    return;
  }
  const terminal = await desk.open(block, command.text);
  const patterns = command.comment === undefined ? [] : (promisedBy(command.comment) ?? []);
  await terminal.until(() => patterns.every((pattern) => pattern.test(terminal.output())), RUN_MILLIS);
  const promised = checkPromise(command, terminal.output());
  desk.report.add(block, promised === '' ? 'ran' : 'compared', `${command.text}${promised}`);
}

/** Types the commands; a code inside a sentence that was typed before is not typed again. */
export async function typeCommands(desk: Desk, block: Block, commands: readonly Command[]): Promise<void> {
  desk.beginBlock(block);
  for (const command of commands) {
    const { text } = command;
    if (block.kind === 'inline' && desk.wasTyped(text)) {
      desk.report.add(block, 'ran', `${text}, above`);
    } else if (text.startsWith('export ')) {
      desk.export(text);
      desk.report.add(block, 'ran', `${text}, for what follows`);
    } else if (command.isLongRunning) {
      await typeAndLeave(desk, block, command);
    } else {
      await typeToEnd(desk, block, command);
    }
  }
}
