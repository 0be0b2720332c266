/** Makes callers that come while the work is running share its result. */
export function singleFlight<A, T>(work: (argument: A) => Promise<T>): (argument: A) => Promise<T> {
  let running: Promise<T> | undefined;
  return (argument) => {
    running ??= work(argument).finally(() => {
      running = undefined;
    });
    return running;
  };
}

/** Resolves to `undefined` when `work` takes longer than `millis`; the work itself goes on. */
export async function within<T>(work: Promise<T>, millis: number): Promise<T | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => {
      resolve(undefined);
    }, millis);
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
