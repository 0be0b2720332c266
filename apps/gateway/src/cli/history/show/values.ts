import type { Piece } from '../../terminal.ts';

const SECOND = 1_000;
const MINUTE = 60_000;

/** `14:05:06.123` of this machine's clock. */
export function timeOf(timestamp: string): string {
  const at = new Date(timestamp);
  return `${at.toTimeString().slice(0, 'hh:mm:ss'.length)}.${String(at.getMilliseconds()).padStart(3, '0')}`;
}

/** `4.1 ms`, `1.25 s`, `3.5 min`. */
export function durationOf(millis: number): string {
  if (millis < SECOND) {
    return `${millis.toFixed(1)} ms`;
  }
  return millis < MINUTE * 2 ? `${(millis / SECOND).toFixed(2)} s` : `${(millis / MINUTE).toFixed(1)} min`;
}

/** `12.5 %` of a share of 0 … 1. */
export function percentOf(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

/** `12,345`. */
export function countOf(count: number): string {
  return count.toLocaleString('en-US');
}

/** Quiet where it went well, and seen where it did not. */
export function toneOf(outcome: string): NonNullable<Piece['tone']> {
  return outcome === 'ok' || outcome === 'late_ok' || outcome === 'completed' ? 'quiet' : 'bad';
}
