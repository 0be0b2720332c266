import { PerformanceObserver } from 'node:perf_hooks';
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

const MEBIBYTE = 1_048_576;
/** Two semi-spaces of 16 MiB: more take memory and save no time that can be measured. */
const MAX_YOUNG_BYTES = 32 * MEBIBYTE;
/** The old generation is collected when it has grown by as much since the last time; V8 alone waits for up to 300. */
const OLD_GROWTH_PERCENT = 100;

/**
 * Where most of what a place in the code makes has lived for long, V8 makes it old from then on. Of a call that is one
 * object among many, and as an old one it keeps all the others until a full collection (decision 030).
 */
const MAKES_NOTHING_OLD = '--no-allocation-site-pretenuring';

/** Flags by which whoever starts Node says how the heap is divided. V8 takes `_` for `-`. */
const DIVIDES_HEAP =
  /--(?:(?:max|min)[-_]semi[-_]space[-_]size|semi[-_]space[-_]growth[-_]factor|(?:max[-_]heap|initial[-_](?:old[-_]space|heap))[-_]size|heap[-_]growing[-_]percent|optimize[-_]for[-_]size)\b/;

/**
 * Keeps V8 from taking more memory than this program gains by: the young generation stays below 32 MiB (by itself it grows
 * to 128), the old one is collected at twice of what lived, and nothing new is put there at once. Nothing is done where a
 * flag says how the heap is divided.
 *
 * @param flags What Node was started with: `process.execArgv` and `NODE_OPTIONS`.
 */
export function boundHeap(flags: readonly string[]): void {
  if (flags.some((flag) => DIVIDES_HEAP.test(flag))) {
    return;
  }
  setFlagsFromString(MAKES_NOTHING_OLD);
  setFlagsFromString(`--heap-growing-percent=${OLD_GROWTH_PERCENT}`);
  let growth = 2;
  // It can only grow in a collection. After a quiet time V8 makes it smaller, and it must be able to grow again.
  const look = (): void => {
    const next = youngBytes() < MAX_YOUNG_BYTES ? 2 : 1;
    if (next !== growth) {
      growth = next;
      setFlagsFromString(`--semi-space-growth-factor=${growth}`);
    }
  };
  look();
  new PerformanceObserver(look).observe({ entryTypes: ['gc'] });
}

function youngBytes(): number {
  return getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')?.space_size ?? 0;
}
