import type { CallRow } from '@dcc-mcp/call-store';
import type { RowList } from '../../api/row-list.ts';
import { CountStrip } from '../../parts/query/count-strip.tsx';
import { term } from '../../parts/query/query-terms.ts';
import { t } from '../../text/text.ts';

/** How the calls that match ended, each a filter to put in or take away. */
export function CallCounts({ list }: { readonly list: RowList<CallRow> }) {
  const failed = new Set(list.rows.value.filter(({ success }) => !success).map(({ outcome }) => outcome));
  return (
    <CountStrip
      list={list}
      terms={[
        { label: t('counts.failed'), term: 'success=false', isBad: true },
        ...[...failed].toSorted().map((outcome) => ({ label: outcome, term: term('outcome', outcome), isBad: true })),
      ]}
    />
  );
}
