/**
 * Waits for `work`, but no longer than until the signal aborts; nothing is left behind on the signal.
 *
 * @param instead What is given where it has aborted.
 */
export function unlessAborted<T, U = T>(
  work: Promise<T>,
  signal: AbortSignal | undefined,
  instead: () => U,
): Promise<T | U> {
  if (signal === undefined) {
    return work;
  }
  return new Promise((resolve, reject) => {
    const onAbort = (): void => resolve(instead());
    const leave = (): void => signal.removeEventListener('abort', onAbort);
    if (signal.aborted) {
      onAbort();
    } else {
      signal.addEventListener('abort', onAbort, { once: true });
    }
    work.finally(leave).then(resolve, reject);
  });
}
