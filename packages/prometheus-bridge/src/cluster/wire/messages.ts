import type { WireMetric, WireSeries, WireValue } from './wire-values.ts';

/** The key by which our messages are known among those of others on the same wire; its value says which one it is. */
export const KIND = 'dcc-mcp.metrics';

/** Worker to primary: there are metrics here. A process may have several sources, each with an id of its own. */
interface Hello {
  readonly [KIND]: 'hello';
  readonly source: string;
}

/** Worker to primary: what has changed since the part before. */
export interface SnapshotPart {
  readonly [KIND]: 'snapshot';
  readonly source: string;
  /** One more than that of the part before. */
  readonly sequence: number;
  /** Everything, not only what has changed. */
  readonly isFull: boolean;
  /** Only with it the parts before count. */
  readonly isLast: boolean;
  /** The `collect` it answers; absent when nobody asked. */
  readonly answers?: number;
  readonly resource?: Readonly<Record<string, string>>;
  readonly metrics?: readonly WireMetric[];
  readonly series?: readonly WireSeries[];
  readonly values?: readonly WireValue[];
  /** Series that are no more. */
  readonly gone?: readonly number[];
}

/** Worker to primary: collecting failed. */
interface Failed {
  readonly [KIND]: 'failed';
  readonly source: string;
  readonly answers: number;
}

/** Worker to primary: this source ends because it was told to. */
interface Bye {
  readonly [KIND]: 'bye';
  readonly source: string;
}

/** Worker to primary: answer this scrape for me. */
export interface ScrapeCall {
  readonly [KIND]: 'scrape';
  readonly id: string;
  readonly request: unknown;
}

/** Primary to worker: send what has changed. */
export interface CollectCall {
  readonly [KIND]: 'collect';
  readonly source: string;
  readonly id: number;
  /** Everything: something was missed. */
  readonly isFull: boolean;
}

/** Primary to worker: status and headers of a scrape. */
export interface ScrapeHead {
  readonly [KIND]: 'head';
  readonly id: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly hasBody: boolean;
}

/** Primary to worker: the next bytes of a scrape. */
export interface ScrapeBytes {
  readonly [KIND]: 'bytes';
  readonly id: string;
  /** Base64. */
  readonly data: string;
  readonly isLast: boolean;
  /** The rest cannot be had. */
  readonly isBroken?: boolean;
}

export type ToPrimary = Hello | SnapshotPart | Failed | Bye | ScrapeCall;
export type ToWorker = CollectCall | ScrapeHead | ScrapeBytes;

const TO_PRIMARY: ReadonlySet<unknown> = new Set<ToPrimary[typeof KIND]>([
  'hello',
  'snapshot',
  'failed',
  'bye',
  'scrape',
]);
const TO_WORKER: ReadonlySet<unknown> = new Set<ToWorker[typeof KIND]>(['collect', 'head', 'bytes']);

/** Tells a message for the primary from those of others. What it holds is believed: it comes from our own processes. */
export function isToPrimary(message: unknown): message is ToPrimary {
  return typeof message === 'object' && message !== null && KIND in message && TO_PRIMARY.has(message[KIND]);
}

/** The same for a worker. */
export function isToWorker(message: unknown): message is ToWorker {
  return typeof message === 'object' && message !== null && KIND in message && TO_WORKER.has(message[KIND]);
}

/** Bytes as text that any channel carries. */
export function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (let start = 0; start < bytes.length; start += PIECE) {
    text += String.fromCharCode(...bytes.subarray(start, start + PIECE));
  }
  return btoa(text);
}

/** Arguments that a call may have without harm. */
const PIECE = 4_096;

export function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
