/** Where a value stands in the arguments; absent for the arguments themselves. */
export interface Path {
  readonly parent: Path | undefined;
  readonly key: string | number;
}

/** What would make a value of the wrong type right, where that is beyond doubt. */
export type Edit =
  /** The content of a string is what it should have been: `"1"` for a number. Its characters are the JSON. */
  | { readonly kind: 'unquote'; readonly text: string }
  /** The value is the only item of the list that it should have been. */
  | { readonly kind: 'wrap' };

/** One thing that is wrong with the arguments of a call. */
export interface Failure {
  readonly path: Path | undefined;
  readonly message: string;
  readonly edit?: Edit | undefined;
}

/** Failures that are kept; the caller is told of fewer, because several may say the same. */
const MAX_FAILURES = 50;
/** Failures that can be mended are kept apart: a list of a thousand numbers may come as a thousand strings. */
const MAX_EDITS = 1_000;

/** What is wrong with a value; bounded, as a check ends when the list is full. */
export class FailureList {
  readonly items: Failure[] = [];
  #edits = 0;

  get isFull(): boolean {
    return this.items.length - this.#edits >= MAX_FAILURES || this.#edits >= MAX_EDITS;
  }

  /** True when all that is wrong can be mended. */
  get isMendable(): boolean {
    return this.#edits === this.items.length;
  }

  add(failure: Failure): void {
    if (!this.isFull) {
      this.items.push(failure);
      this.#edits += failure.edit === undefined ? 0 : 1;
    }
  }
}

const MAX_POINTER_LENGTH = 256;

/** The JSON Pointer of a place (RFC 6901), its end left out where it is longer than 256 characters. */
export function toPointer(path: Path | undefined): string {
  const keys: string[] = [];
  for (let at = path; at !== undefined; at = at.parent) {
    keys.push(`/${String(at.key).slice(0, MAX_POINTER_LENGTH).replaceAll('~', '~0').replaceAll('/', '~1')}`);
  }
  const pointer = keys.toReversed().join('');
  return pointer.length > MAX_POINTER_LENGTH ? `${pointer.slice(0, MAX_POINTER_LENGTH)}…` : pointer;
}
