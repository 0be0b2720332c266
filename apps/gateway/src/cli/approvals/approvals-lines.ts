import type { HeldDefinition, Ledger, LedgerTool } from '../../governance/approvals/ledger.ts';
import { type LedgerPlace, nameOfPlace, placesOf } from '../../governance/approvals/select-tools.ts';
import { textHints, writeUnseen } from '../../governance/approvals/text-hints.ts';
import { changedParts, type ToolDefinition } from '../../governance/approvals/tool-definition.ts';
import { counted } from '../../protocol/printable-text.ts';
import type { Piece } from '../terminal.ts';
import { definitionLines, diffDefinitions, type DiffLine, type PartDiff } from './definition-diff.ts';

/** One line in pieces. */
export type Line = readonly Piece[];

const MAX_NAME = 48;

/** What `approvals list` says. */
export function listLines(ledger: Ledger): readonly Line[] {
  const places = placesOf(ledger);
  const waiting = places.filter(({ tool }) => tool.held.some(({ rejected }) => rejected === undefined));
  const rejected = places.filter((place) => place.tool.held.length > 0 && !waiting.includes(place));
  const fresh = places.filter(({ tool }) => tool.held.length === 0 && tool.approved.at(-1)?.by === 'new');
  const [first] = waiting;
  return [
    ...section('Held, until you approve or reject it', waiting.map(heldRow)),
    ...section('Rejected, and held', rejected.map(heldRow)),
    ...section('New, and trusted unless you reject it', fresh.map(freshRow)),
    ...(first === undefined
      ? [plain(`Nothing waits for you. ${knownLine(ledger)}`)]
      : [plain(`What changed: dcc-mcp-gateway approvals show ${writeUnseen(nameOfPlace(first))}`)]),
  ];
}

function knownLine(ledger: Ledger): string {
  return ledger.servers.size === 0
    ? 'No tool is known: a gateway with policy.quarantine: on-change remembers what it sees.'
    : `${counted(placesOf(ledger).length, 'tool')} of ${counted(ledger.servers.size, 'server')} known.`;
}

/** The same for programs. */
export function listJson(ledger: Ledger): object {
  const places = placesOf(ledger);
  return {
    held: places.flatMap((place) =>
      place.tool.held.map((held) => ({ tool: nameOfPlace(place), ...heldJson(place.tool, held) })),
    ),
    new: places
      .filter(({ tool }) => tool.held.length === 0 && tool.approved.at(-1)?.by === 'new')
      .map((place) => ({ tool: nameOfPlace(place), since: place.tool.approved.at(-1)?.at })),
    servers: Array.from(ledger.servers.values(), ({ name, dcc, lost, tools }) => ({
      name,
      dcc_type: dcc,
      tools: tools.size,
      approvals_lost: lost,
    })),
  };
}

function heldJson({ approved }: LedgerTool, { hash, since, rejected, instance, ...held }: HeldDefinition): object {
  return {
    reason: held.reason,
    ...(held.from === undefined ? {} : { renamed_from: held.from }),
    since,
    ...(rejected === undefined ? {} : { rejected_at: rejected }),
    instance_id: instance,
    was_hash: approved.at(-1)?.hash,
    is_hash: hash,
  };
}

/** What `approvals show` says of one tool. */
export function showLines(place: LedgerPlace): readonly Line[] {
  const { tool } = place;
  const was = tool.approved.at(-1);
  if (tool.held.length === 0) {
    const how = was?.by === 'operator' ? 'approved' : 'trusted';
    return [
      plain(`${writeUnseen(nameOfPlace(place))} is ${how} since ${time(was?.at)}`),
      ...partLines(definitionLines(was?.definition ?? {})),
      ...hintLines(was?.definition),
    ];
  }
  const { approved } = tool;
  return tool.held.flatMap((held) => {
    const title = `${writeUnseen(nameOfPlace(place))} is held since ${time(held.since)}: ${reasonOf(tool, held)}`;
    const last = approved.at(-1)?.definition;
    const parts = last === undefined ? definitionLines(held.definition) : diffDefinitions(last, held.definition);
    return [[plain(title)], partLines(parts), hintLines(held.definition)].flat();
  });
}

/** The same for programs. */
export function showJson(place: LedgerPlace): object {
  const { tool } = place;
  const was = tool.approved.at(-1);
  return {
    tool: nameOfPlace(place),
    approved: was && { hash: was.hash, at: was.at, by: was.by, definition: was.definition },
    held: tool.held.map((held) =>
      Object.assign(heldJson(tool, held), {
        definition: held.definition,
        changed: changedParts(was?.definition ?? {}, held.definition),
        hints: textHints(held.definition),
      }),
    ),
  };
}

function section(title: string, rows: readonly (readonly [name: string, what: string])[]): readonly Line[] {
  if (rows.length === 0) {
    return [];
  }
  const width = Math.min(MAX_NAME, Math.max(...rows.map(([name]) => name.length)));
  return [plain(title), ...rows.map(([name, what]) => plain(`  ${name.padEnd(width)}  ${what}`)), plain('')];
}

function heldRow(place: LedgerPlace): readonly [string, string] {
  const held = place.tool.held.at(-1);
  const why = held === undefined ? '' : `${reasonOf(place.tool, held)}, since ${time(held.since)}`;
  return [writeUnseen(nameOfPlace(place)), why];
}

function freshRow(place: LedgerPlace): readonly [string, string] {
  return [writeUnseen(nameOfPlace(place)), `since ${time(place.tool.approved.at(-1)?.at)}`];
}

function reasonOf({ approved }: LedgerTool, { reason, from, definition }: HeldDefinition): string {
  const was = approved.at(-1);
  if (reason === 'changed' && was !== undefined) {
    return `changed ${changedParts(was.definition, definition).join(', ')}`;
  }
  if (reason === 'renamed') {
    return `it is the held ${writeUnseen(from ?? '')} under another name`;
  }
  return reason === 'rejected'
    ? 'you rejected it'
    : reason === 'changed'
      ? 'changed'
      : 'what was approved could not be read';
}

function partLines(parts: readonly PartDiff[]): readonly Line[] {
  return parts.flatMap(({ part, lines }) => [
    plain(''),
    [{ text: part, tone: 'quiet' } as const],
    ...lines.map(diffLine),
  ]);
}

const TONES = { '-': { tone: 'bad' }, '+': { tone: 'good' }, ' ': {} } as const;

function diffLine({ sign, text }: DiffLine): Line {
  return [{ text: `  ${sign} ${text}`, ...TONES[sign] }];
}

function hintLines(definition: ToolDefinition = {}): readonly Line[] {
  const hints = textHints(definition);
  const rows = hints.map(({ kind, where, excerpt }) => plain(`  ${kind} in ${where}: ${excerpt}`));
  return hints.length === 0 ? [] : [plain(''), plain('Look closely at'), ...rows];
}

function plain(text: string): Line {
  return [{ text }];
}

function time(at: string | undefined): string {
  return at === undefined ? 'an unknown time' : `${at.slice(0, 10)} ${at.slice(11, 16)} UTC`;
}
