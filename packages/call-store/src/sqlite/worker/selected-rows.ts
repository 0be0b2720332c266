import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { RowFilter } from '../../store/call-store.ts';
import { matcherOf } from '../../store/list-rows.ts';
import type { IndexedKind } from '../messages.ts';
import { toSequence } from '../row-sequence.ts';
import { type Block, Blocks, type Mask } from './blocks/block.ts';
import { columnOf } from './blocks/columns.ts';
import { and, type Masker, toMasker } from './blocks/query-masks.ts';
import { parseRow, type StoredMembers } from './stored-row.ts';

/** Rows of a block that are asked for; without a mask all of them. */
export interface SelectedBlock {
  readonly block: Block;
  readonly mask: Mask | undefined;
}

/** A row that is in no block; its text is read when somebody looks at it. */
export class LooseRow {
  readonly sequence: number;
  readonly #body: string;
  #row: StoredMembers | undefined;

  constructor(sequence: number, body: string) {
    this.sequence = sequence;
    this.#body = body;
  }

  get row(): StoredMembers {
    this.#row ??= parseRow(this.#body);
    return this.#row;
  }
}

/** Which rows of a list. */
export interface Selection extends RowFilter {
  /** Rows that are told of by somebody else. */
  readonly without: readonly string[];
  /** Rows from this key on may be left out. Default none. */
  readonly before?: number;
}

/** Rows of one list that a filter asks for, by blocks and, where they are in none, one by one. */
export class SelectedRows {
  readonly #kind: IndexedKind;
  readonly #blocks: Blocks;
  readonly #loose: StatementSync;
  readonly #countLoose: StatementSync;

  constructor(database: DatabaseSync, kind: IndexedKind) {
    this.#kind = kind;
    this.#blocks = new Blocks(database, kind);
    this.#loose = database.prepare(
      `SELECT seq, body FROM ${kind}_body WHERE seq > (SELECT coalesce(max(last), 0) FROM ${kind}_block) AND seq < ?1 AND instr(body, ?2)
       UNION ALL SELECT seq, body FROM ${kind}_late CROSS JOIN ${kind}_body USING (seq) WHERE seq < ?1 AND instr(body, ?2)`,
    );
    this.#countLoose = database.prepare(
      `SELECT (SELECT count(*) FROM ${kind}_body WHERE seq > (SELECT coalesce(max(last), 0) FROM ${kind}_block))
       + (SELECT count(*) FROM ${kind}_late) AS rows`,
    );
  }

  /** Blocks, the newest first, each looked at when it is asked for. */
  *inBlocks({
    sinceMillis,
    untilMillis,
    query,
    without,
    before = Number.POSITIVE_INFINITY,
  }: Selection): Generator<SelectedBlock> {
    const masker = query === undefined ? undefined : toMasker(query, this.#kind);
    const maskers = [
      olderThan(before),
      notLetGo,
      notTold(toSequences(without)),
      within(this.#kind, sinceMillis ?? Number.NEGATIVE_INFINITY, untilMillis ?? Number.POSITIVE_INFINITY),
      ...(masker === undefined ? [] : [masker]),
    ];
    for (const block of this.#blocks.all()) {
      const mask = maskOf(block, maskers);
      if (mask !== 'none') {
        yield { block, mask };
      }
    }
  }

  /** How many rows are in no block. */
  countLoose(): number {
    return Number(this.#countLoose.get()?.['rows']);
  }

  /** Rows that are in no block. @param text Stands in all of them. */
  loose(selection: Selection, text: string = ''): readonly LooseRow[] {
    const { without, before = Number.POSITIVE_INFINITY, sinceMillis, untilMillis, query } = selection;
    const isTold = toSequences(without);
    const rows = this.#loose
      .all(before, text)
      .filter(({ seq }) => !isTold.has(Number(seq)))
      .map(({ seq, body }) => new LooseRow(Number(seq), String(body)));
    if (sinceMillis === undefined && untilMillis === undefined && query === undefined) {
      return rows;
    }
    const matches = matcherOf(this.#kind, selection);
    return rows.filter(({ row }) => matches(row));
  }
}

/** A mask, or what can be said without one. */
type Part = (block: Block) => Mask | 'all' | 'none';

function maskOf(block: Block, parts: readonly (Part | Masker)[]): Mask | undefined | 'none' {
  let mask: Mask | undefined;
  for (const part of parts) {
    const own = part(block);
    if (own === 'none') {
      return 'none';
    }
    if (own !== 'all') {
      mask = mask === undefined ? own : and(mask, own);
    }
  }
  return mask;
}

function olderThan(before: number): Part {
  return (block) => (block.head.first < before ? 'all' : 'none');
}

/** A block goes with the last of its rows. */
function notLetGo(block: Block): Mask | 'all' {
  const { cut } = block.head;
  return cut === null ? 'all' : marked(block.sequences(), (sequence) => sequence > cut);
}

/** What waits may be in the file meanwhile: it is told of by whoever has it. */
function notTold(told: ReadonlySet<number>): Part {
  const oldest = [...told].reduce((one, other) => Math.min(one, other), Number.POSITIVE_INFINITY);
  return (block) => (block.head.last < oldest ? 'all' : marked(block.sequences(), (sequence) => !told.has(sequence)));
}

function within(kind: IndexedKind, since: number, until: number): Part {
  const column = columnOf(kind, 'timestamp');
  return (block) => {
    const { head } = block;
    if (head.since >= since && head.until <= until) {
      return 'all';
    }
    if (head.until < since || head.since > until) {
      return 'none';
    }
    const times = column && block.numbers(column.number);
    return times === undefined ? 'none' : marked(times, (millis) => millis >= since && millis <= until);
  };
}

function marked(numbers: Float64Array, holds: (number: number) => boolean): Mask {
  return Uint8Array.from(numbers, (number) => Number(holds(number)));
}

function toSequences(rowIds: readonly string[]): ReadonlySet<number> {
  return new Set(rowIds.map(toSequence).filter((sequence) => sequence !== undefined));
}
