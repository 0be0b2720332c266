import type { TraceRow } from '@dcc-mcp/call-store';
import type { RowList } from '../../api/row-list.ts';
import { CountStrip } from '../../parts/query/count-strip.tsx';
import { t } from '../../text/text.ts';

/** What the requests that match are, each a filter to put in or take away. */
export function TraceCounts({ list }: { readonly list: RowList<TraceRow> }) {
  return (
    <CountStrip
      list={list}
      terms={[
        { label: t('counts.failed'), term: 'success=false', isBad: true },
        { label: t('counts.slow'), term: 'is_slow=true' },
        { label: t('counts.calls'), term: 'operation=call' },
        { label: t('counts.searches'), term: 'operation=search' },
        { label: t('counts.unsent'), term: 'trace_carrier=none' },
      ]}
    />
  );
}
