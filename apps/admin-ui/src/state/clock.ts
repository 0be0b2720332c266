import { type ReadonlySignal, signal } from '@preact/signals';

const EVERY_MILLIS = 1_000;
const time = signal(Date.now());

/** The time, once a second, so that "12 s ago" stays true; it rests while nobody sees the page. */
export const now: ReadonlySignal<number> = time;

export function startClock(): void {
  setInterval(() => {
    if (!document.hidden) {
      time.value = Date.now();
    }
  }, EVERY_MILLIS);
  document.addEventListener('visibilitychange', () => {
    time.value = Date.now();
  });
}
