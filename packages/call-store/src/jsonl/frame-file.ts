import type { TrafficFrame } from '../rows/frame-row.ts';
import { RowFile, type RowFileHealth } from './row-file.ts';

/** Where frames are written. */
export interface FrameFileOptions {
  /** The folder must be there; a full file becomes `<path>.1`, in place of the one before. */
  readonly path: string;
  /** Of one file. Default 50 MiB. */
  readonly maxBytes?: number;
  /** Told once when writing begins to fail, for another reason than before, and when it works again. */
  readonly onChange: (change: { readonly state: 'ok' | 'failing'; readonly message: string }) => void;
}

/** Frames of traffic on disk, a line each. */
export interface FrameFile {
  /** Never waits and never throws: what finds no place is counted. */
  push(frame: TrafficFrame): void;
  health(): RowFileHealth;
  /** Writes what waits. */
  close(): Promise<void>;
}

const MAX_BYTES = 50 * 1024 * 1024;
/** Bytes are the bound; a frame is some hundred of them. */
const MAX_ROWS = 10_000_000;
const QUEUE = { maxRows: 10_000, maxBytes: 16 * 1024 * 1024 };
const FLUSH_MILLIS = 100;

/** Writes frames together, off the way of any request. */
export function startFrameFile({ path, maxBytes = MAX_BYTES, onChange }: FrameFileOptions): FrameFile {
  const file = new RowFile({
    path,
    bounds: { maxRows: MAX_ROWS, maxBytes },
    queue: QUEUE,
    onChange: (state, message) => onChange({ state, message }),
    onDropped: () => undefined,
  });
  let timer: ReturnType<typeof setTimeout> | undefined;
  const flushSoon = (): void => {
    timer ??= setTimeout(() => {
      timer = undefined;
      void file.flush().then(() => (file.queued > 0 && !isClosed ? flushSoon() : undefined));
    }, FLUSH_MILLIS).unref();
  };
  let isClosed = false;
  return {
    push(frame) {
      if (!isClosed) {
        file.push({ row: frame });
        flushSoon();
      }
    },
    health: () => file.health(),
    async close() {
      isClosed = true;
      clearTimeout(timer);
      await file.flush({ isLast: true });
      await file.close();
    },
  };
}
