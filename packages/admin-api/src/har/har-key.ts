import type { WireExchange } from './wire-exchange.ts';

/** A call that takes longer is read by itself, or what is read together would be all that ended before it did. */
const MAX_READ_TOGETHER_MILLIS = 5_000;

/** One request, and where it is found again. */
export type HarKey = RowKey | WireKey;

/** Of a row that is kept. */
export interface RowKey {
  readonly rowId: string;
  /** When it ended: the time of a row. */
  readonly timestamp: string;
  /** It is not read together with others. */
  readonly isLong: boolean;
  readonly startedAt: string;
  readonly sessionId: string | undefined;
  readonly wire: WireExchange | undefined;
}

/** Of a captured message that no row is of. */
export interface WireKey {
  readonly rowId?: never;
  readonly startedAt: string;
  readonly sessionId: string | undefined;
  readonly wire: WireExchange;
}

/** Whether it took so long, or a clock was set meanwhile, that it is not read with those that began when it did. */
export function isLongFrom(startedAt: string, timestamp: string): boolean {
  const millis = Date.parse(timestamp) - Date.parse(startedAt);
  return millis < 0 || millis > MAX_READ_TOGETHER_MILLIS;
}
