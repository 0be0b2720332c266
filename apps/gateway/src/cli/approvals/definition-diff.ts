import { writeUnseen } from '../../governance/approvals/text-hints.ts';
import { changedParts, type ToolDefinition } from '../../governance/approvals/tool-definition.ts';
import { isJsonObject, type JsonValue } from '../../protocol/json-rpc.ts';

/** A line of a difference: gone, come, or the same in both. */
export interface DiffLine {
  readonly sign: '-' | '+' | ' ';
  readonly text: string;
}

/** One part of a definition that differs. */
export interface PartDiff {
  readonly part: string;
  readonly lines: readonly DiffLine[];
}

/** Longer texts are compared up to there. */
const MAX_LINES = 1_000;
/** Lines shown around each difference. */
const CONTEXT = 2;

/** What differs, part by part and line by line, with every character that can't be seen written out. */
export function diffDefinitions(was: ToolDefinition, is: ToolDefinition): readonly PartDiff[] {
  return changedParts(was, is).map((part) => ({
    part,
    lines: withContext(diffLines(linesOf(valueOf(was, part)), linesOf(valueOf(is, part)))),
  }));
}

/** A definition as lines, part by part. */
export function definitionLines(definition: ToolDefinition): readonly PartDiff[] {
  return diffDefinitions({}, definition).map(({ part, lines }) => ({
    part,
    lines: lines.map(({ text }) => ({ sign: ' ', text })),
  }));
}

function valueOf(definition: ToolDefinition, part: string): JsonValue | undefined {
  const entry = Object.entries(definition).find(([name]) => name === part);
  return entry?.[1];
}

/** Texts by their lines and sentences, anything else as JSON with its keys in order. */
function linesOf(value: JsonValue | undefined): readonly string[] {
  if (value === undefined) {
    return [];
  }
  const text =
    typeof value === 'string'
      ? value.replaceAll(/(?<=[.!?]) +/g, '\n')
      : JSON.stringify(value, (_key, member: unknown) => (isJsonObject(member) ? sorted(member) : member), 2);
  return writeUnseen(text).split('\n').slice(0, MAX_LINES);
}

function sorted(object: object): object {
  return Object.fromEntries(Object.entries(object).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** By the longest common subsequence of lines. */
function diffLines(was: readonly string[], is: readonly string[]): readonly DiffLine[] {
  const width = is.length + 1;
  const lengths = new Uint16Array((was.length + 1) * width);
  const at = (i: number, j: number): number => lengths[i * width + j] ?? 0;
  for (let i = was.length - 1; i >= 0; i -= 1) {
    for (let j = is.length - 1; j >= 0; j -= 1) {
      lengths[i * width + j] = was[i] === is[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const lines: DiffLine[] = [];
  let [i, j] = [0, 0];
  while (i < was.length || j < is.length) {
    if (i < was.length && j < is.length && was[i] === is[j]) {
      lines.push({ sign: ' ', text: was[i] ?? '' });
      [i, j] = [i + 1, j + 1];
    } else if (j >= is.length || (i < was.length && at(i + 1, j) >= at(i, j + 1))) {
      lines.push({ sign: '-', text: was[i] ?? '' });
      i += 1;
    } else {
      lines.push({ sign: '+', text: is[j] ?? '' });
      j += 1;
    }
  }
  return lines;
}

function withContext(lines: readonly DiffLine[]): readonly DiffLine[] {
  const isShown = (index: number): boolean =>
    lines.slice(Math.max(0, index - CONTEXT), index + CONTEXT + 1).some(({ sign }) => sign !== ' ');
  return lines.flatMap((line, index) => {
    if (isShown(index)) {
      return [line];
    }
    return index > 0 && isShown(index - 1) ? [{ sign: ' ', text: '…' } as const] : [];
  });
}
