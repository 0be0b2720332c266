import { useKeys } from '../../shell/use-keys.ts';
import { go, place } from '../../state/place.ts';

/** `j`, `k` and `Enter` go through the rows that are listed, and no others. */
export function useRowKeys<Row>(rows: readonly Row[], keyOf: (row: Row) => string, openKey: string | undefined): void {
  const step = (by: number): void => {
    const index = rows.findIndex((row) => keyOf(row) === openKey);
    const next = rows[index === -1 ? 0 : index + by];
    if (next !== undefined) {
      go({ row: keyOf(next) }, { replace: openKey !== undefined });
    }
  };
  useKeys({
    next: () => step(1),
    previous: () => step(-1),
    open: () => step(0),
    ...(openKey !== undefined && {
      // A second `Escape` may come before the page is drawn without the row.
      close: () => place.value.row !== undefined && go({ row: undefined, tab: undefined, find: undefined }),
    }),
  });
}
