import type { SearchRow } from '@dcc-mcp/call-store';
import { agentColumn, timeColumn } from '../../parts/list/columns.tsx';
import { ListPanel } from '../../parts/list/list-panel.tsx';
import type { Column } from '../../parts/list/row-table.tsx';
import { KindIcon } from '../../parts/value/kind-icon.tsx';
import { placeHref } from '../../state/place.ts';
import { duration, number } from '../../text/format.ts';
import { t } from '../../text/text.ts';
import { chosenRankOf } from './search-figures.ts';
import { SearchPeek } from './search-peek.tsx';
import { SearchQuality } from './search-quality.tsx';

/** How well searches lead to tools, and the searches. */
export function SearchPanel() {
  return (
    <ListPanel<SearchRow>
      title={t('panel.search')}
      kind="search-telemetry"
      placeholder={t('search.placeholder')}
      columns={columns()}
      keyOf={({ row_id: id }) => id}
      strip={(list) => <SearchQuality listed={list.request} />}
      peek={(id, row) => <SearchPeek id={id} row={row} />}
      nothing={t('search.nothing')}
    />
  );
}

function columns(): readonly Column<SearchRow>[] {
  return [
    timeColumn(460),
    { id: 'query', label: t('search.query'), width: 'minmax(9rem, 4fr)', cell: (row) => <QueryCell row={row} /> },
    { id: 'hits', label: t('search.hits'), width: '6.5rem', isNumber: true, cell: (row) => <HitCount row={row} /> },
    {
      id: 'rank',
      label: t('search.chosen'),
      width: '4.5rem',
      isNumber: true,
      cell: ({ followups }) => {
        const rank = chosenRankOf(followups);
        return rank === undefined ? <span class="soft">–</span> : `#${rank}`;
      },
    },
    {
      id: 'followups',
      label: t('search.followed'),
      width: '6rem',
      fromWidth: 560,
      cell: ({ followups }) => <FollowUpKinds kinds={followups.map(({ kind }) => kind)} />,
    },
    {
      id: 'success',
      label: t('workflows.success'),
      width: '6.5rem',
      isNumber: true,
      fromWidth: 640,
      cell: ({ first_success_ms: millis }) => (millis === undefined ? '' : duration(millis)),
    },
    agentColumn(),
  ];
}

function QueryCell({ row }: { readonly row: SearchRow }) {
  return (
    <>
      <a href={placeHref({ row: row.row_id })}>{row.query_preview === '' ? t('search.empty') : row.query_preview}</a>
      {row.reformulation_of !== undefined && <span class="soft"> — {t('workflows.isReworded')}</span>}
    </>
  );
}

function HitCount({ row }: { readonly row: SearchRow }) {
  return row.zero_results ? (
    <span class="warn">
      <span aria-hidden="true">▲</span> {t('search.none')}
    </span>
  ) : (
    <a href={placeHref({ row: row.row_id })}>{number(row.total)}</a>
  );
}

/** Each kind of what followed, once. */
function FollowUpKinds({ kinds }: { readonly kinds: readonly SearchRow['followups'][number]['kind'][] }) {
  return [...new Set(kinds)].map((kind) => <KindIcon key={kind} kind={kind} />);
}
