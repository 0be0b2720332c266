// A row that is marked is the other one of a comparison: it stands in the address, as `with`.
import { useKeys } from '../../shell/use-keys.ts';
import { go, place } from '../../state/place.ts';
import { t } from '../../text/text.ts';
import { say } from '../value/said.tsx';
import { currentRow } from './current-row.ts';

/** Marks a row; the one that is marked is so no more. */
export function toggleMark(row: string): void {
  const isMarked = place.value.with === row;
  go({ with: isMarked ? undefined : row }, { replace: true });
  say(t(isMarked ? 'mark.gone' : 'mark.done'));
}

/** Opens a row beside the one that is marked. */
export function compareWithMarked(row: string): void {
  const { with: marked, row: open } = place.value;
  if (marked === undefined || marked === row) {
    say(t('mark.missing'));
  } else {
    go({ row, tab: 'compare' }, { replace: open !== undefined });
  }
}

/** `m` marks a row, `c` compares another with it, `Escape` takes the mark away once nothing is open; of a list that compares. */
export function useMarkKeys<Row>(rows: readonly Row[], keyOf: (row: Row) => string, compares: boolean): void {
  const { with: marked } = place.value;
  const withCurrent = (act: (row: string) => void) => (): void => {
    const row = currentRow(rows);
    if (row !== undefined) {
      act(keyOf(row));
    }
  };
  useKeys({
    ...(compares && { mark: withCurrent(toggleMark), compare: withCurrent(compareWithMarked) }),
    ...(marked !== undefined && { close: () => place.value.row === undefined && toggleMark(marked) }),
  });
}
