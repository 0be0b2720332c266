import type { Terminal } from '../../terminal.ts';
import type { Answer, DebugClient, Failure } from '../ask/debug-client.ts';
import { placeLines } from '../show/place-lines.ts';
import { type Line, printLines } from '../show/print-lines.ts';
import type { HistoryValues } from './history-flags.ts';
import type { HistoryVerb } from './history-verbs.ts';

/** One command on the history of one gateway. */
export interface HistoryRun {
  readonly terminal: Terminal;
  readonly verb: HistoryVerb;
  readonly client: DebugClient;
  /** With what a link says in place of flags. */
  readonly values: HistoryValues;
  /** The request that is meant: an id, or the file of a bundle. */
  readonly id?: string | undefined;
}

/** Ends with 0, or with 1 and why; with `--json` the answer is shown as it came. */
export function show<T>(
  { terminal, values }: HistoryRun,
  answer: Answer<T>,
  toLines: (value: T) => readonly Line[],
): number {
  if (!answer.ok) {
    return failed(terminal, answer);
  }
  if (values.json === true) {
    terminal.print(JSON.stringify(answer.value, null, 2));
  } else {
    printLines(terminal, toLines(answer.value));
  }
  return 0;
}

/** Why it was not done. */
export function failed(terminal: Terminal, { message, place }: Failure): 1 {
  const lines = [`error: ${message}`, ...(place === undefined ? [] : placeLines(place))];
  lines.forEach((line) => terminal.printError(line));
  return 1;
}

/** That a list is empty. */
export function noneMatch(listed: string): string {
  return `no ${listed} match`;
}

/** What was typed wrongly. */
export function wrongUse(terminal: Terminal, verb: HistoryVerb, issue: string): 2 {
  terminal.printError(`error: ${issue} (see dcc-mcp-gateway ${verb} --help)`);
  return 2;
}
