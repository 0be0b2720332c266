import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { IndexedKind, RowsToAdd } from '../messages.ts';
import { MAX_MOVES, toSequence } from '../row-sequence.ts';

/** Adds rows of one list, as the texts that are shown of them. */
export class RowWriter {
  readonly #body: StatementSync;
  readonly #detail: StatementSync;
  readonly #idAt: StatementSync;

  constructor(database: DatabaseSync, kind: IndexedKind) {
    this.#body = database.prepare(`INSERT INTO ${kind}_body (seq, body) VALUES (?, ?) ON CONFLICT DO NOTHING`);
    this.#detail = database.prepare('INSERT INTO traces_detail (seq, detail) VALUES (?, ?)');
    this.#idAt = database.prepare(`SELECT body ->> 'row_id' AS id FROM ${kind}_body WHERE seq = ?`);
  }

  /** Whether a row is there; `false` too for an id that is none of ours. */
  has(rowId: string): boolean {
    const sequence = toSequence(rowId);
    return sequence !== undefined && this.#placeFor(rowId, sequence) === undefined;
  }

  /** Adds the rows that are not there; gives the keys that they got. */
  add({ ids, bodies, details }: RowsToAdd): readonly number[] {
    const places: number[] = [];
    for (let index = 0; index < ids.length; index += 1) {
      const place = this.#addBody(ids[index] ?? '', bodies[index] ?? '');
      const detail = details[index];
      if (place !== undefined) {
        places.push(place);
        if (detail !== undefined) {
          this.#detail.run(place, detail);
        }
      }
    }
    return places;
  }

  /** Nearly every row finds its place free, which costs no look. */
  #addBody(id: string, body: string): number | undefined {
    const sequence = toSequence(id);
    if (sequence === undefined || this.#body.run(sequence, body).changes === 1) {
      return sequence;
    }
    const place = this.#placeFor(id, sequence);
    if (place !== undefined) {
      this.#body.run(place, body);
    }
    return place;
  }

  /** Where a row goes; nowhere when it is there already. */
  #placeFor(rowId: string, sequence: number): number | undefined {
    for (let place = sequence; place < sequence + MAX_MOVES; place += 1) {
      const there = this.#idAt.get(place);
      if (there === undefined) {
        return place;
      }
      if (there['id'] === rowId) {
        return undefined;
      }
    }
    return undefined;
  }
}
