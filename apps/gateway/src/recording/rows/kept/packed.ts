/** Room for some hundred plain calls, in bytes. */
const CHUNK_BYTES = 65_536;
/** What takes more, in bytes, lies in a chunk of its own: it would leave much of this one empty. */
const MAX_BYTES = CHUNK_BYTES / 4;
const NUMBER_BYTES = Float64Array.BYTES_PER_ELEMENT;
/** What a unit of UTF-16 takes in UTF-8, at most. */
const MAX_UNIT_BYTES = 3;

/** What a {@link Packed} is made of. */
export interface Unpacked {
  readonly numbers: readonly number[];
  readonly text: string;
}

/** How many numbers, and how many bytes of text. */
export interface PackedSize {
  readonly count: number;
  readonly bytes: number;
}

/** Memory outside of V8's heap, seen as bytes and as numbers. */
export class Chunk {
  readonly bytes: Buffer;
  readonly numbers: Float64Array;

  /** @param places Numbers that it has room for, or as many times eight bytes of text. */
  constructor(places: number) {
    this.bytes = Buffer.allocUnsafeSlow(places * NUMBER_BYTES);
    this.numbers = new Float64Array(this.bytes.buffer);
  }
}

/** Numbers and a text that outlive what they came from: V8's collector neither copies nor follows what is behind them. */
export class Packed {
  readonly #chunk: Chunk;
  /** Place of its first number; its text begins behind the last. */
  readonly #first: number;
  readonly #count: number;
  /** Length of its text in bytes. */
  readonly bytes: number;

  constructor(chunk: Chunk, first: number, { count, bytes }: PackedSize) {
    this.#chunk = chunk;
    this.#first = first;
    this.#count = count;
    this.bytes = bytes;
  }

  get numbers(): readonly number[] {
    return [...this.#chunk.numbers.subarray(this.#first, this.#first + this.#count)];
  }

  /** U+FFFD stands for each lone surrogate. */
  get text(): string {
    const begin = (this.#first + this.#count) * NUMBER_BYTES;
    return this.#chunk.bytes.toString('utf8', begin, begin + this.bytes);
  }

  get size(): PackedSize {
    return { count: this.#count, bytes: this.bytes };
  }

  copyTo(chunk: Chunk, first: number): Packed {
    const begin = this.#first * NUMBER_BYTES;
    const end = begin + this.#count * NUMBER_BYTES + this.bytes;
    this.#chunk.bytes.copy(chunk.bytes, first * NUMBER_BYTES, begin, end);
    return new Packed(chunk, first, this.size);
  }
}

/** Packs what is let go in the order in which it came: a chunk stays for as long as anything in it. */
export class Packer {
  #chunk: Chunk | undefined;
  #next = 0;

  pack(unpacked: Unpacked): Packed {
    const count = unpacked.numbers.length;
    const chunk = this.#room(placesOf({ count, bytes: unpacked.text.length * MAX_UNIT_BYTES }));
    return chunk === undefined ? packAlone(unpacked) : this.#taken(write(chunk, this.#next, unpacked));
  }

  /** Packs what lies elsewhere. */
  repack(packed: Packed): Packed {
    const chunk = this.#room(placesOf(packed.size));
    return chunk === undefined ? repackAlone(packed) : this.#taken(packed.copyTo(chunk, this.#next));
  }

  /** Where so much has room, from the next place on; nowhere for what is too large. */
  #room(places: number): Chunk | undefined {
    if (places * NUMBER_BYTES > MAX_BYTES) {
      return undefined;
    }
    if (this.#chunk === undefined || this.#next + places > this.#chunk.numbers.length) {
      this.#chunk = new Chunk(CHUNK_BYTES / NUMBER_BYTES);
      this.#next = 0;
    }
    return this.#chunk;
  }

  #taken(packed: Packed): Packed {
    this.#next += placesOf(packed.size);
    return packed;
  }
}

/** Packs what may stay longer than what comes before and after it. */
export function packAlone(unpacked: Unpacked): Packed {
  const places = placesOf({ count: unpacked.numbers.length, bytes: Buffer.byteLength(unpacked.text) });
  return write(new Chunk(places), 0, unpacked);
}

/** The same of what is packed elsewhere. */
export function repackAlone(packed: Packed): Packed {
  return packed.copyTo(new Chunk(placesOf(packed.size)), 0);
}

/** The same of several, which stay together: side by side in one chunk. */
export function repackTogether(all: readonly Packed[]): { readonly chunk: Chunk; readonly packed: readonly Packed[] } {
  const chunk = new Chunk(all.reduce((sum, { size }) => sum + placesOf(size), 0));
  let next = 0;
  const packed = all.map((each) => {
    const first = next;
    next += placesOf(each.size);
    return each.copyTo(chunk, first);
  });
  return { chunk, packed };
}

/** How many numbers would take the same room. */
export function placesOf({ count, bytes }: PackedSize): number {
  return count + Math.ceil(bytes / NUMBER_BYTES);
}

/** Writes `text` behind `numbers`, which have to have room there. */
function write(chunk: Chunk, first: number, { numbers, text }: Unpacked): Packed {
  let place = first;
  for (const number of numbers) {
    chunk.numbers[place] = number;
    place += 1;
  }
  return new Packed(chunk, first, { count: numbers.length, bytes: chunk.bytes.write(text, place * NUMBER_BYTES) });
}
