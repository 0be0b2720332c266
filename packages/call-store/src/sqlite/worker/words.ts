import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** Different texts that get a number; a caller may name itself anew in each request. */
const MAX_WORDS = 20_000;
/** In UTF-16 units. */
const MAX_WORD_CHARS = 256;
/** The row that says that texts stand in columns, too. */
const PLAIN = 0;
/** The first word of every file: the partial index of failures is made by it. */
export const OK_WORD = 1;

/** Texts that come up again and again, each once: a column holds their numbers. Past the bound a column holds the text. */
export class Words {
  readonly #insert: StatementSync;
  readonly #select: StatementSync;
  readonly #ids = new Map<string, number>();
  readonly #texts = new Map<number, string>();
  #newest = 0;
  #hasPlain = false;

  constructor(database: DatabaseSync) {
    this.#insert = database.prepare('INSERT INTO words (id, text) VALUES (?, ?)');
    this.#select = database.prepare('SELECT id, text FROM words WHERE id > ? OR id = 0 ORDER BY id');
    this.refresh();
  }

  /** Whether some texts stand in columns themselves. */
  get hasPlain(): boolean {
    return this.#hasPlain;
  }

  /** Reads what was added since. After a rollback, too: what was undone is forgotten. */
  refresh({ isAnew = false }: { readonly isAnew?: boolean } = {}): void {
    if (isAnew) {
      this.#ids.clear();
      this.#texts.clear();
      this.#newest = 0;
      this.#hasPlain = false;
    }
    for (const { id, text } of this.#select.all(this.#newest)) {
      if (Number(id) === PLAIN) {
        this.#hasPlain = true;
      } else {
        this.#learn(Number(id), String(text));
      }
    }
  }

  /** What a column holds of a text. */
  store(text: string): number | string {
    const known = this.#ids.get(text);
    if (known !== undefined) {
      return known;
    }
    if (this.#ids.size < MAX_WORDS && text.length <= MAX_WORD_CHARS) {
      const id = this.#newest + 1;
      this.#insert.run(id, text);
      this.#learn(id, text);
      return id;
    }
    if (!this.#hasPlain) {
      this.#insert.run(PLAIN, '');
      this.#hasPlain = true;
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
