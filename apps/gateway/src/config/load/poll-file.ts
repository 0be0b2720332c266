import { type Stats, statSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { codeOf } from '../../protocol/thrown-error.ts';

/** How a file is looked at. */
export interface PollOptions {
  /** The state from which on changes count: {@link stampNow}. */
  readonly from: string;
  /** Between one look and the next one. */
  readonly pollMillis: number;
  readonly onChange: () => void;
}

/**
 * Looks at a file again and again, at once for the first time. Editors and mounts replace files in too many ways to be told
 * of changes, and `fs.watchFile` compares with what it finds when a thread comes to it: it misses what was saved before.
 */
export function pollFile(file: string, { from, pollMillis, onChange }: PollOptions): { stop(): void } {
  let known = from;
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;
  const look = async (): Promise<void> => {
    const found = await stat(file).then(toStamp, codeOf);
    if (isStopped) {
      return;
    }
    timer = setTimeout(() => void look(), pollMillis).unref();
    if (found !== known) {
      known = found;
      onChange();
    }
  };
  void look();
  return {
    stop: () => {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}

/** Stands for the state that a file is in; that it is not there is one, too. */
export function stampNow(file: string): string {
  try {
    return toStamp(statSync(file));
  } catch (error) {
    return codeOf(error);
  }
}

function toStamp({ mtimeMs, size, ino }: Stats): string {
  return `${mtimeMs} ${size} ${ino}`;
}
