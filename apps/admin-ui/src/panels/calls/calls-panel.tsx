import type { CallRow } from '@dcc-mcp/call-store';
import { traceUrl } from '../../api/client.ts';
import { later } from '../../parts/empty/later.tsx';
import { agentColumn, outcomeColumn, timeColumn } from '../../parts/list/columns.tsx';
import { ListPanel } from '../../parts/list/list-panel.tsx';
import type { Column } from '../../parts/list/row-table.tsx';
import { LaterRowMenu } from '../../parts/request/later-row-menu.tsx';
import { ShareBar } from '../../parts/value/share-bar.tsx';
import { placeHref } from '../../state/place.ts';
import { bytes, duration } from '../../text/format.ts';
import { t } from '../../text/text.ts';
import { CallCounts } from './call-counts.tsx';
import type { CallPeekProps } from './call-peek.tsx';

/** The list has no need of its code. */
const LaterCallPeek = later<CallPeekProps>(async () => (await import('./call-peek.tsx')).CallPeek);

/** Every call of a tool, newest first, with one of them beside the list. */
export function CallsPanel() {
  return (
    <ListPanel<CallRow>
      title={t('panel.calls')}
      kind="calls"
      columns={columns()}
      keyOf={({ row_id: id }) => id}
      isBad={({ success }) => !success}
      strip={(list) => <CallCounts list={list} />}
      menu={(asked) => <LaterRowMenu {...asked} />}
      peekUrl={({ row_id: id }) => traceUrl(id)}
      peek={(id, row) => <LaterCallPeek id={id} row={row} />}
      nothing={t('calls.nothing')}
    />
  );
}

function columns(): readonly Column<CallRow>[] {
  return [
    timeColumn(460),
    outcomeColumn(),
    { id: 'tool', label: t('column.tool'), width: 'minmax(8rem, 3fr)', cell: (row) => <ToolCell row={row} /> },
    { id: 'app', label: t('column.app'), width: 'minmax(4rem, 1fr)', fromWidth: 620, cell: (row) => row.dcc_type },
    agentColumn(),
    {
      id: 'size',
      label: t('column.output'),
      width: '5rem',
      isNumber: true,
      fromWidth: 900,
      cell: (row) => bytes(row.output_bytes),
    },
    { id: 'share', label: t('column.share'), width: '5rem', fromWidth: 520, cell: (row) => <ShareBar shares={row} /> },
    {
      id: 'duration',
      label: t('column.duration'),
      width: '5rem',
      isNumber: true,
      cell: (row) => duration(row.duration_ms),
    },
  ];
}

function ToolCell({ row }: { readonly row: CallRow }) {
  return (
    <>
      <a href={placeHref({ row: row.row_id })}>{row.tool_label}</a>
      {row.error !== undefined && <span class="soft"> — {row.error.message}</span>}
    </>
  );
}
