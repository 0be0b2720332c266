// A log line of the document, looked for among the real ones: the same event with the same fields.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { lastLines } from '../compare/lines.ts';
import type { Block } from '../read/blocks.ts';
import { isObject, readJson } from '../read/json.ts';
import { BrokenPromise, type Desk } from './desk.ts';

const LOG = 'gateway.log';

type Fields = Readonly<Record<string, unknown>>;

function isAlike(line: unknown, fields: Fields): boolean {
  return (
    isObject(line) &&
    Object.entries(fields).every(([name, value]) =>
      name === 'event' ? line[name] === value : typeof line[name] === typeof value,
    )
  );
}

/** Runs the demo with its log in a file, lets the agent work, and looks for a line with the fields of the document. */
export async function findLogLine(desk: Desk, block: Block, fields: Fields): Promise<void> {
  const command = `npx dcc-mcp-gateway --config examples/demo/gateway.yaml 2> ${LOG}`;
  await desk.open(block, command);
  await desk.runAgent();
  await desk.endGateway();
  const log = readFileSync(join(desk.machine.clone, LOG), 'utf8');
  const lines = log.split('\n').map(readJson).filter(isObject);
  if (!lines.some((line) => isAlike(line, fields))) {
    const logged = `${lines.length} lines of JSON, the last are\n${lastLines(log, 4)}`;
    throw new BrokenPromise(`no line has these fields; ${logged}`);
  }
  desk.report.add(block, 'compared', `a line of the gateway's log has these fields`);
}
