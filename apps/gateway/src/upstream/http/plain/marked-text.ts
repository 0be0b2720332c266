/** Text that ends with a mark, taken from bytes as they come, however they are cut. Each byte is a character (latin1). */
export class MarkedText {
  readonly #mark: string;
  #pieces: string[] = [];
  #length = 0;
  /** The end of what has come, as far as a mark may begin in it. */
  #tail = '';

  constructor(mark: string) {
    this.#mark = mark;
  }

  /** What has come, without the mark; the next text begins. */
  take(): string {
    const text = this.#pieces.length === 1 ? (this.#pieces[0] ?? '') : this.#pieces.join('');
    this.#pieces = [];
    this.#length = 0;
    this.#tail = '';
    return text.slice(0, text.length - this.#mark.length);
  }

  /** Puts text before what comes. */
  begin(text: string): void {
    this.#add(text);
  }

  /** How much has come, in characters. */
  get length(): number {
    return this.#length;
  }

  /** @returns Where `bytes` go on behind the mark; `undefined` where it has not come yet, and all of them were taken. */
  push(bytes: Buffer, from: number): number | undefined {
    const end = this.#seam(bytes, from) ?? this.#find(bytes, from);
    this.#add(bytes.toString('latin1', from, end));
    return end;
  }

  /** The end of a mark that has begun before. */
  #seam(bytes: Buffer, from: number): number | undefined {
    if (this.#tail === '') {
      return undefined;
    }
    const mark = this.#mark;
    const at = (this.#tail + bytes.toString('latin1', from, from + mark.length - 1)).indexOf(mark);
    return at === -1 ? undefined : from + at + mark.length - this.#tail.length;
  }

  #find(bytes: Buffer, from: number): number | undefined {
    const at = bytes.indexOf(this.#mark, from, 'latin1');
    return at === -1 ? undefined : at + this.#mark.length;
  }

  #add(piece: string): void {
    this.#pieces.push(piece);
    this.#length += piece.length;
    this.#tail = (this.#tail + piece.slice(1 - this.#mark.length)).slice(1 - this.#mark.length);
  }
}
