import { useEffect, useMemo } from 'preact/hooks';
import { accessToken } from './access-token.ts';
import { isLive, refreshes } from './live.ts';
import { RowList, type RowListRequest } from './row-list.ts';

/** The list that a request names, for as long as it is shown. */
export function useRows<Row>(request: RowListRequest, keyOf: (row: Row) => string): RowList<Row> {
  const { kind, q, since, until } = request;
  const list = useMemo(
    () => new RowList<Row>({ kind, q, since, until }, keyOf),
    [kind, q, since, until, refreshes.value, accessToken.value, isLive.value],
  );
  useEffect(() => {
    const isTailed = TAILED.has(kind);
    void list.start(isLive.value && isTailed);
    const isOfNow = !isTailed && until === undefined;
    const rest = isLive.value ? readingAnew(list, () => isOfNow || list.isBehind) : undefined;
    return () => {
      rest?.();
      list.stop();
    };
  }, [list]);
  return list;
}

/** Others, and those that can't be followed, are read anew while the page is live; what takes long, less often: at most a tenth of the time is spent on it. */
const EVERY_MILLIS = 5_000;
const LEAST_REST = 9;

function readingAnew<Row>(list: RowList<Row>, isDue: () => boolean): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isEnded = false;
  const wait = (tookMillis: number): void => {
    timer = setTimeout(() => void again(), Math.max(EVERY_MILLIS, tookMillis * LEAST_REST));
  };
  const again = async (): Promise<void> => {
    const begin = performance.now();
    await (document.hidden || !isDue() ? undefined : list.again());
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

/** Kinds that the gateway streams. */
const TAILED = new Set(['calls', 'traces', 'events', 'activity']);
