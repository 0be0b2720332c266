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
    const again = (): void => void (document.hidden || list.again());
    const timer = isLive.value && !isTailed && until === undefined ? setInterval(again, EVERY_MILLIS) : undefined;
    return () => {
      clearInterval(timer);
      list.stop();
    };
  }, [list]);
  return list;
}

/** Others are read anew while the page is live. */
const EVERY_MILLIS = 5_000;
/** Kinds that the gateway streams. */
const TAILED = new Set(['calls', 'traces', 'events', 'activity']);
