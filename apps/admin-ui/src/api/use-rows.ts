import { useEffect, useMemo } from 'preact/hooks';
import { accessToken } from './access-token.ts';
import { isTailed } from './list-kind.ts';
import { isLive, refreshes } from './live.ts';
import { repeatedly } from './repeatedly.ts';
import { RowList, type RowListRequest } from './row-list.ts';

/** The list that a request names, for as long as it is shown. */
export function useRows<Row extends object>(request: RowListRequest, keyOf: (row: Row) => string): RowList<Row> {
  const { kind, q, since, until } = request;
  const list = useMemo(
    () => new RowList<Row>({ kind, q, since, until }, keyOf),
    [kind, q, since, until, refreshes.value, accessToken.value, isLive.value],
  );
  useEffect(() => {
    void list.start(isLive.value && isTailed(kind));
    const isOfNow = !isTailed(kind) && until === undefined;
    // Those that can't be followed are read anew like those that are not streamed.
    const again = (): Promise<void> => (isOfNow ? list.again() : list.isBehind ? list.catchUp() : list.recount());
    const end = isLive.value ? repeatedly(again) : undefined;
    return () => {
      end?.();
      list.stop();
    };
  }, [list]);
  return list;
}
