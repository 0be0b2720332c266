import { setImmediate } from 'node:timers/promises';

/**
 * Resolves when what was answered before is recorded, which is done behind the answers of a turn of the event loop: who was
 * answered here may ask for it at another process, and that one asks here.
 */
export async function untilRecorded(): Promise<void> {
  await setImmediate();
}
