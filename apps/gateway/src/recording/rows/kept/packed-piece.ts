import { Chunk, Packed, type PackedSize, placesOf, repackTogether } from './packed.ts';

/** Several packed ones as one piece, plain data for another process. */
export interface PackedPiece {
  readonly bytes: Uint8Array;
  /** How many numbers and how many bytes of text each has, in turns. */
  readonly sizes: readonly number[];
}

/** Puts them one behind the other. */
export function joinPacked(all: readonly Packed[]): PackedPiece {
  const { chunk } = repackTogether(all);
  return { bytes: chunk.bytes, sizes: all.flatMap(({ size: { count, bytes } }) => [count, bytes]) };
}

/** Those of a piece, in memory that they share. */
export function splitPacked({ bytes, sizes }: PackedPiece): readonly Packed[] {
  // Numbers are read where they lie, and what was sent may lie where no number does.
  const chunk = new Chunk(placesOf({ count: 0, bytes: bytes.length }));
  chunk.bytes.set(bytes);
  const all: Packed[] = [];
  let first = 0;
  for (const size of sizesOf(sizes)) {
    all.push(new Packed(chunk, first, size));
    first += placesOf(size);
  }
  return all;
}

function* sizesOf(sizes: readonly number[]): Generator<PackedSize> {
  for (let index = 1; index < sizes.length; index += 2) {
    yield { count: sizes[index - 1] ?? 0, bytes: sizes[index] ?? 0 };
  }
}
