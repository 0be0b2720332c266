import { isRecord, type JsonObject } from '../config-file/record.ts';
import type { Kind } from '../kinds/kind.ts';
import type { Issue } from '../reading/issue.ts';
import type { Origin } from '../reading/reading.ts';

/** Where the readers of a file leave what they found. */
export interface FileNotes {
  readonly issues: Issue[];
  readonly origins: Map<string, Origin>;
}

function isBlank(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
}

/** A mapping of the declarative file, and the record of which of its keys were read. */
export class FileNode {
  readonly path: string;
  readonly #value: JsonObject;
  readonly #notes: FileNotes;
  readonly #read = new Set<string>();

  constructor(value: JsonObject, path: string, notes: FileNotes) {
    this.#value = value;
    this.path = path;
    this.#notes = notes;
  }

  get keys(): readonly string[] {
    return Object.keys(this.#value);
  }

  has(key: string): boolean {
    return Object.hasOwn(this.#value, key);
  }

  pathOf(key: string): string {
    return this.path === '' ? key : `${this.path}.${key}`;
  }

  /** The value as it stands, marked as read. */
  raw(key: string): unknown {
    this.#read.add(key);
    return this.has(key) ? this.#value[key] : undefined;
  }

  /** A single value; null and blank are unset, a wrong one is an issue and unset. */
  scalar<T>(key: string, kind: Kind<T>): T | undefined {
    const given = this.raw(key);
    if (isBlank(given)) {
      return undefined;
    }
    const parsed = kind.fromJson(given);
    for (const issue of parsed.issues) {
      this.note(key, issue.problem, issue);
    }
    if (parsed.value !== undefined) {
      this.settle(key, kind.show(parsed.value));
    }
    return parsed.value;
  }

  /** A mapping; null is an empty one where the key is there, as in `console:`. */
  child(key: string): FileNode | undefined {
    if (!this.has(key)) {
      return undefined;
    }
    const given = this.raw(key);
    if (given === null || given === undefined || given === '') {
      return new FileNode({}, this.pathOf(key), this.#notes);
    }
    if (isRecord(given)) {
      return new FileNode(given, this.pathOf(key), this.#notes);
    }
    this.note(key, 'it is not a mapping');
    return undefined;
  }

  /** A list of mappings. */
  children(key: string): readonly FileNode[] {
    const given = this.raw(key);
    if (isBlank(given)) {
      return [];
    }
    if (!Array.isArray(given)) {
      this.note(key, 'it is not a list');
      return [];
    }
    return given.flatMap((item: unknown, index) => {
      if (isRecord(item)) {
        return [new FileNode(item, `${this.pathOf(key)}[${index}]`, this.#notes)];
      }
      this.note(`${key}[${index}]`, 'it is not a mapping');
      return [];
    });
  }

  settle(key: string, text: string): void {
    this.#notes.origins.set(this.pathOf(key), { source: 'file', text });
  }

  note(key: string, problem: string, more: { readonly expected?: string; readonly fix?: string } = {}): void {
    const { expected, fix } = more;
    this.#notes.issues.push({
      variable: key === '' ? this.path : this.pathOf(key),
      problem,
      severity: 'warning',
      ...(expected === undefined ? {} : { expected }),
      ...(fix === undefined ? {} : { fix }),
    });
  }

  /** Names every key that was not read: nothing here acts on it. */
  finish(): void {
    for (const key of this.keys) {
      if (!this.#read.has(key)) {
        this.note(key, 'it is not supported and has no effect');
      }
    }
  }
}
