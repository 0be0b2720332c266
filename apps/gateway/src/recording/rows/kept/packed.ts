/** Room for some hundred plain calls, in bytes. */
const CHUNK_BYTES = 65_536;
/** What takes more, in bytes, lies in a chunk of its own: it would leave much of this one empty. */
const MAX_BYTES = CHUNK_BYTES / 4;
const NUMBER_BYTES = Float64Array.BYTES_PER_ELEMENT;
/** What a unit of UTF-16 takes in UTF-8, at most. */
const MAX_UNIT_BYTES = 3;

/** Memory outside of V8's heap, seen as bytes and as numbers. */
class Chunk {
  readonly bytes: Buffer;
  readonly numbers: Float64Array;

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

  /** Writes `text` behind `numbers`, which have to have room there. */
  constructor(chunk: Chunk, first: number, { numbers, text }: Unpacked) {
    let place = first;
    for (const number of numbers) {
      chunk.numbers[place] = number;
      place += 1;
    }
    this.#chunk = chunk;
    this.#first = first;
    this.#count = numbers.length;
    this.bytes = chunk.bytes.write(text, place * NUMBER_BYTES);
  }

  get numbers(): readonly number[] {
    return [...this.#chunk.numbers.subarray(this.#first, this.#first + this.#count)];
  }

  /** U+FFFD stands for each lone surrogate. */
  get text(): string {
    const begin = (this.#first + this.#count) * NUMBER_BYTES;
    return this.#chunk.bytes.toString('utf8', begin, begin + this.bytes);
  }
}

/** What a {@link Packed} is made of. */
export interface Unpacked {
  readonly numbers: readonly number[];
  readonly text: string;
}

/** Packs what is let go in the order in which it came: a chunk stays for as long as anything in it. */
export class Packer {
  #chunk: Chunk | undefined;
  #next = 0;

  pack(unpacked: Unpacked): Packed {
    const places = placesOf(unpacked.numbers, unpacked.text.length * MAX_UNIT_BYTES);
    if (places * NUMBER_BYTES > MAX_BYTES) {
      return packAlone(unpacked);
    }
    if (this.#chunk === undefined || this.#next + places > this.#chunk.numbers.length) {
      this.#chunk = new Chunk(CHUNK_BYTES / NUMBER_BYTES);
      this.#next = 0;
    }
    const packed = new Packed(this.#chunk, this.#next, unpacked);
    this.#next += placesOf(unpacked.numbers, packed.bytes);
    return packed;
  }
}

/** Packs what may stay longer than what comes before and after it. */
export function packAlone(unpacked: Unpacked): Packed {
  const places = placesOf(unpacked.numbers, Buffer.byteLength(unpacked.text));
  return new Packed(new Chunk(places), 0, unpacked);
}

function placesOf(numbers: readonly number[], textBytes: number): number {
  return numbers.length + Math.ceil(textBytes / NUMBER_BYTES);
}
