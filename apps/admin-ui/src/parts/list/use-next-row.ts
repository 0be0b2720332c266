import { useEffect } from 'preact/hooks';
import { askAhead } from '../../api/ask-ahead.ts';

/** Who goes through rows quickly asks for none of those between. */
const REST_MILLIS = 150;

/** Asks ahead for what is shown of the row below the one that is open. @param urlOf Where that is; absent where it is all in the row. */
export function useNextRow<Row>(
  rows: readonly Row[],
  { isOpen, urlOf }: { readonly isOpen: (row: Row) => boolean; readonly urlOf: ((row: Row) => string) | undefined },
): void {
  const open = rows.findIndex(isOpen);
  const next = open === -1 ? undefined : rows[open + 1];
  const url = next && urlOf?.(next);
  useEffect(() => {
    const timer = url === undefined ? undefined : setTimeout(() => askAhead(url), REST_MILLIS);
    return () => clearTimeout(timer);
  }, [url]);
}
