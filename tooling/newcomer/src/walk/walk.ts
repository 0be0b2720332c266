// Walks through a document from top to bottom.
import { lastLines } from '../compare/lines.ts';
import { assignmentsOf } from '../decide/commands.ts';
import { decide, type Plan } from '../decide/plan.ts';
import { type Block, readBlocks } from '../read/blocks.ts';
import { collectorPortsIn } from '../run/sinks.ts';
import { connectClients, copyFile, query, scrape, sendMessage, standInFor } from './copy-blocks.ts';
import { BrokenPromise, type Desk } from './desk.ts';
import { findLogLine } from './log-line.ts';
import { comparePart, runProgram } from './run-programs.ts';
import { sendToCollectors } from './send-to-collectors.ts';
import { typeCommands } from './type-commands.ts';

async function compareOutput(desk: Desk, block: Block, shown: string): Promise<void> {
  const missing = await desk.untilShown(shown);
  if (missing.length > 0) {
    const printed = lastLines(desk.lastOutput());
    throw new BrokenPromise(`shown, but not printed:\n${missing.join('\n')}\n--- printed:\n${printed}`);
  }
  desk.report.add(block, 'compared', `every line was printed`);
}

/** Where the document shows `^C`, it is pressed, and what stands behind it is compared then. */
async function compareUpToControlC(desk: Desk, block: Block, output: string): Promise<void> {
  const [shown = '', afterControlC] = output.split(/^\^C\n?/m);
  await compareOutput(desk, block, shown);
  if (afterControlC !== undefined) {
    await desk.endGateway();
    await compareOutput(desk, block, afterControlC);
  }
}

/** A terminal that somebody recorded: each command again, and what it shows. */
async function replay(desk: Desk, block: Block, steps: Extract<Plan, { kind: 'recorded' }>['steps']): Promise<void> {
  for (const { command, output } of steps) {
    if (desk.gateway?.command !== command.text) {
      await typeCommands(desk, block, [command]);
    }
    await compareUpToControlC(desk, block, output);
  }
}

/** Settings of a row: with the address of the row above where they name none themselves. */
async function trySettings(desk: Desk, block: Block, text: string): Promise<void> {
  const own = collectorPortsIn(text);
  const pairs = Object.entries(assignmentsOf(text)).map(([name, value]) => `${name}=${value.replaceAll('…', 'x')}`);
  if (own.length === 0 && !text.includes('_EXPORTER=')) {
    pairs.push('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=http://localhost:4318/v1/traces');
  }
  const command = `${pairs.join(' ')} npx dcc-mcp-gateway --config examples/demo/gateway.yaml`;
  const ports = collectorPortsIn(command);
  if (ports.length > 0) {
    await sendToCollectors(desk, block, { command, ports });
    return;
  }
  await desk.open(block, command);
  await desk.endGateway();
  desk.report.add(block, 'ran', command);
}

async function perform(desk: Desk, block: Block, plan: Plan): Promise<void> {
  switch (plan.kind) {
    case 'commands': {
      return typeCommands(desk, block, plan.commands);
    }
    case 'recorded': {
      return replay(desk, block, plan.steps);
    }
    case 'output': {
      return compareUpToControlC(desk, block, plan.text);
    }
    case 'settings': {
      return trySettings(desk, block, plan.text);
    }
    case 'scrape-config': {
      return scrape(desk, block, plan);
    }
    case 'file': {
      return copyFile(desk, block, plan);
    }
    case 'clients': {
      return connectClients(desk, block, plan.servers);
    }
    case 'message': {
      return sendMessage(desk, block, plan.message);
    }
    case 'log-line': {
      return findLogLine(desk, block, plan.fields);
    }
    case 'query': {
      return query(desk, block, plan.text);
    }
    case 'program': {
      return runProgram(desk, block, plan.text);
    }
    case 'part-of': {
      comparePart(desk, block, plan);
      return;
    }
    case 'needs': {
      return standInFor(desk, block, plan);
    }
    case 'prose': {
      return;
    }
    case 'unknown': {
      throw new BrokenPromise(plan.why);
    }
  }
}

/** Does what a document says, block by block; a block that breaks its promise does not end the walk. */
export async function walk(desk: Desk, { file, markdown }: { file: string; markdown: string }): Promise<void> {
  const blocks = readBlocks(file, markdown);
  for (const [index, block] of blocks.entries()) {
    const next = blocks[index + 1];
    desk.isOutputShown = next !== undefined && decide(next).kind === 'output';
    try {
      await perform(desk, block, decide(block));
    } catch (error) {
      desk.report.add(block, 'FAILED', error instanceof BrokenPromise ? error.message : String(error));
    }
  }
  const last = blocks.at(-1);
  if (last !== undefined) {
    await desk.clear().catch((error: unknown) => {
      desk.report.add(last, 'FAILED', String(error));
    });
  }
}
