// What comes a moment later.
import { setTimeout as sleep } from 'node:timers/promises';

const TRIES = 500;

/** Waits until it is true. @throws {Error} After five seconds. */
export async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    if (await isTrue()) {
      return;
    }
    await sleep(10);
  }
  throw new Error('it did not become so');
}
