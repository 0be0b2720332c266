import type { TraceRow } from '@dcc-mcp/call-store';
import { traceUrl } from '../../api/client.ts';
import { later } from '../../parts/empty/later.tsx';
import { outcomeColumn, timeColumn } from '../../parts/list/columns.tsx';
import { ListPanel } from '../../parts/list/list-panel.tsx';
import type { Column } from '../../parts/list/row-table.tsx';
import { LaterRowMenu } from '../../parts/request/later-row-menu.tsx';
import { KindIcon } from '../../parts/value/kind-icon.tsx';
import { ToolSlug } from '../../parts/value/tool-slug.tsx';
import { place, placeHref } from '../../state/place.ts';
import { duration, number } from '../../text/format.ts';
import { t } from '../../text/text.ts';
import { TraceCounts } from './trace-counts.tsx';
import style from './traces-panel.module.css';

/** The list has no need of their code. */
const LaterTracePeek = later<{ readonly id: string }>(async () => (await import('./trace-peek.tsx')).TracePeek);
const LaterWholeTrace = later<{ readonly id: string }>(async () => (await import('./whole-trace.tsx')).WholeTrace);

/** Every request with where its time went; one of them beside the list, or on the whole page. */
export function TracesPanel() {
  const { trace } = place.value;
  return trace === undefined ? <TraceList /> : <LaterWholeTrace id={trace} />;
}

function TraceList() {
  return (
    <ListPanel<TraceRow>
      title={t('panel.traces')}
      kind="traces"
      columns={columns()}
      keyOf={({ row_id: id }) => id}
      isBad={({ success }) => !success}
      strip={(list) => <TraceCounts list={list} />}
      menu={(asked) => <LaterRowMenu {...asked} />}
      peekUrl={({ row_id: id }) => traceUrl(id)}
      peek={(id) => <LaterTracePeek id={id} />}
      nothing={t('calls.nothing')}
    />
  );
}

function columns(): readonly Column<TraceRow>[] {
  return [
    timeColumn(460),
    outcomeColumn(),
    { id: 'operation', label: t('column.operation'), width: '6rem', fromWidth: 660, cell: (row) => row.operation },
    { id: 'tool', label: t('column.about'), width: 'minmax(7rem, 2fr)', cell: (row) => <NameCell row={row} /> },
    {
      id: 'slowest',
      label: t('column.slowest'),
      width: 'minmax(6rem, 1.4fr)',
      fromWidth: 760,
      cell: (row) => <span class="soft">{row.slowest_span_name}</span>,
    },
    {
      id: 'spans',
      label: t('column.spans'),
      width: '4rem',
      isNumber: true,
      fromWidth: 620,
      cell: (row) => number(row.span_count),
    },
    {
      id: 'duration',
      label: t('column.duration'),
      width: '6.5rem',
      isNumber: true,
      cell: (row) => <LengthCell row={row} />,
    },
  ];
}

function NameCell({ row }: { readonly row: TraceRow }) {
  return (
    <span class={style.name}>
      <KindIcon kind={row.operation} />
      <a href={placeHref({ row: row.row_id })}>
        <ToolSlug slug={nameOf(row)} />
      </a>
    </span>
  );
}

/** What it was about; its id where that is not kept. */
function nameOf({ tool, subject, item_count: items, trace_id: id }: TraceRow): string {
  const named = tool ?? subject ?? (items === undefined ? undefined : t('trace.items', { n: number(items) }));
  return named ?? `${id.slice(0, 12)}…`;
}

function LengthCell({ row }: { readonly row: TraceRow }) {
  return (
    <>
      {row.is_slow && <span class="warn">{t('trace.slow')} </span>}
      {duration(row.total_ms)}
    </>
  );
}
