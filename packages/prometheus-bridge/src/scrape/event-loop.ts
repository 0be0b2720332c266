/**
 * Lets everything that is waiting for the event loop run first: timers, sockets, other requests.
 *
 * `setImmediate` where it exists (Node, Bun), else a message to ourselves, which browsers and workers do not delay.
 */
export function pause(): Promise<void> {
  if (typeof setImmediate === 'function') {
    return new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.addEventListener('message', () => {
      port1.close();
      resolve();
    });
    port1.start();
    port2.postMessage(undefined);
  });
}

/** Longest time that work goes on without a pause, in milliseconds; well below the 10 ms bound: a step may be slow, and garbage is collected in between. */
const SLICE_MILLIS = 3;
const STEPS_BETWEEN_LOOKS = 16;

/**
 * Runs steps in slices, giving the event loop a turn between them; passes on what is ready.
 *
 * @param sliceStart When the first slice began, if that was work before the steps; default now.
 */
export async function* inSlices<T>(
  steps: Generator<T | undefined, unknown>,
  now: () => number,
  sliceStart: number = now(),
): AsyncGenerator<T, void, undefined> {
  let count = 0;
  for (const ready of steps) {
    if (ready !== undefined) {
      yield ready;
    }
    count += 1;
    if (count % STEPS_BETWEEN_LOOKS !== 0 || now() - sliceStart < SLICE_MILLIS) {
      continue;
    }
    await pause();
    sliceStart = now();
  }
}
