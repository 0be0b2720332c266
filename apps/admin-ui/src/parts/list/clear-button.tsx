import { isTailed } from '../../api/list-kind.ts';
import type { RowList } from '../../api/row-list.ts';
import { useKeys } from '../../shell/use-keys.ts';
import { go, place } from '../../state/place.ts';
import { t } from '../../text/text.ts';

/** Leaves out what is listed, so that only what comes from now on is seen; the time above the page brings the rest back. */
export function ClearButton<Row extends object>({ list }: { readonly list: RowList<Row> }) {
  const since =
    place.value.until === undefined && isTailed(list.request.kind) ? timeAfter(list.rows.value[0]) : undefined;
  const clear = (): unknown =>
    since !== undefined && go({ since, range: undefined, row: undefined, tab: undefined, find: undefined });
  useKeys({ clear });
  return since === undefined ? null : (
    <button type="button" class="quiet" title={t('list.clear.title')} onClick={clear}>
      {t('list.clear')}
    </button>
  );
}

/** By the clock of the gateway, which need not be that of the reader. */
function timeAfter(row: object | undefined): string | undefined {
  const { timestamp = '' }: { readonly timestamp?: string } = row ?? {};
  const at = Date.parse(timestamp);
  return Number.isNaN(at) ? undefined : new Date(at + 1).toISOString();
}
