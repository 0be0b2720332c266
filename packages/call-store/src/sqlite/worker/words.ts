import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** Different texts that get a number; a caller may name itself anew in each request. */
const MAX_WORDS = 20_000;
/** In UTF-16 units. */
const MAX_WORD_CHARS = 256;
/** The first word of every file: the partial index of failures is made by it. */
export const OK_WORD = 1;

/**
 * Texts that come up again and again, each once: a column holds their numbers. Past the bound a column holds the text; rows
 * below 0 say of which fields it does.
 */
export class Words {
  readonly #insert: StatementSync;
  readonly #select: StatementSync;
  readonly #ids = new Map<string, number>();
  readonly #texts = new Map<number, string>();
  readonly #plain = new Set<string>();
  #newest = 0;

  constructor(database: DatabaseSync) {
    this.#insert = database.prepare('INSERT INTO words (id, text) VALUES (?, ?)');
    this.#select = database.prepare('SELECT id, text FROM words WHERE id > ? OR id < 0 ORDER BY id');
    this.refresh();
  }

  /** Whether some texts stand in the column of a field themselves. */
  isPlain(field: string): boolean {
    return this.#plain.has(field);
  }

  /** Reads what was added since. After a rollback, too: what was undone is forgotten. */
  refresh({ isAnew = false }: { readonly isAnew?: boolean } = {}): void {
    if (isAnew) {
      this.#ids.clear();
      this.#texts.clear();
      this.#plain.clear();
      this.#newest = 0;
    }
    for (const { id, text } of this.#select.all(this.#newest)) {
      if (Number(id) < 0) {
        this.#plain.add(String(text));
      } else {
        this.#learn(Number(id), String(text));
      }
    }
  }

  /** What the column of a field holds of a text; with `isClosed` always a number. */
  store(text: string, { field, isClosed }: { readonly field: string; readonly isClosed: boolean }): number | string {
    const known = this.#ids.get(text);
    if (known !== undefined) {
      return known;
    }
    if (isClosed || (this.#ids.size < MAX_WORDS && text.length <= MAX_WORD_CHARS)) {
      const id = this.#newest + 1;
      this.#insert.run(id, text);
      this.#learn(id, text);
      return id;
    }
    if (!this.#plain.has(field)) {
      this.#plain.add(field);
      this.#insert.run(-this.#plain.size, field);
    }
    return text;
  }

  /** The text that a column holds. */
  read(stored: unknown): string | undefined {
    return typeof stored === 'number' ? this.#texts.get(stored) : typeof stored === 'string' ? stored : undefined;
  }

  idOf(text: string): number | undefined {
    return this.#ids.get(text);
  }

  /** The numbers of the words for which `holds` says yes. */
  idsWhere(holds: (text: string) => boolean): readonly number[] {
    return [...this.#ids].filter(([text]) => holds(text)).map(([, id]) => id);
  }

  #learn(id: number, text: string): void {
    this.#ids.set(text, id);
    this.#texts.set(id, text);
    this.#newest = Math.max(this.#newest, id);
  }
}
