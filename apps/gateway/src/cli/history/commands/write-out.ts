import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { codeOf, messageOf } from '../../../protocol/thrown-error.ts';
import type { Terminal } from '../../terminal.ts';
import { failed } from './history-run.ts';

/** Who reads stdout may have enough before the end. */
const READER_GONE: ReadonlySet<unknown> = new Set(['EPIPE', 'ERR_STREAM_PREMATURE_CLOSE', 'ERR_STREAM_DESTROYED']);

/** Writes pieces to a file, which is made anew, or to stdout; no faster than they are taken. @returns The exit code. */
export async function writeOut(
  terminal: Terminal,
  file: string | undefined,
  pieces: Iterable<string> | AsyncIterable<Uint8Array>,
): Promise<number> {
  const target = file === undefined ? terminal.stdout : createWriteStream(file);
  let isCutOff = false;
  async function* watched(): AsyncGenerator<string | Uint8Array> {
    try {
      yield* pieces;
    } catch (error) {
      // A target that fails ends its source, too, and is what failed.
      isCutOff = !target.destroyed;
      throw error;
    }
  }
  try {
    await pipeline(Readable.from(watched()), target, { end: file !== undefined });
    return 0;
  } catch (error) {
    if (isCutOff) {
      return failed(terminal, { message: 'the gateway ended before all of it was sent; what is written is not whole' });
    }
    if (file === undefined && READER_GONE.has(codeOf(error))) {
      return 0;
    }
    return failed(terminal, { message: `${file ?? 'stdout'} can't be written: ${messageOf(error)}` });
  }
}
