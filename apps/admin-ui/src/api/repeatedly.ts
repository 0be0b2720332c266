/** Asked anew so often while the page is live. */
const EVERY_MILLIS = 5_000;
/** What takes long is asked less often: at most a tenth of the time is spent on it. */
const LEAST_REST = 9;

/** Asks again and again while somebody sees the page, first after a rest; what is returned ends it. */
export function repeatedly(ask: () => Promise<void>): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isEnded = false;
  const wait = (tookMillis: number): void => {
    timer = setTimeout(() => void again(), Math.max(EVERY_MILLIS, tookMillis * LEAST_REST));
  };
  const again = async (): Promise<void> => {
    const begin = performance.now();
    await (document.hidden ? undefined : ask());
    if (!isEnded) {
      wait(performance.now() - begin);
    }
  };
  wait(0);
  return () => {
    isEnded = true;
    clearTimeout(timer);
  };
}
