import type { GovernanceAnswer } from '@dcc-mcp/admin-api';
import type { DecisionRow } from '@dcc-mcp/call-store';
import { QUERY_FIELDS } from '@dcc-mcp/call-store/query';
import type { Asked } from '../../api/use-answer.ts';
import { Empty } from '../../parts/empty/empty.tsx';
import { Loading } from '../../parts/empty/loading.tsx';
import { Refused } from '../../parts/empty/refused.tsx';
import { agentColumn, timeColumn } from '../../parts/list/columns.tsx';
import { type Column, RowTable } from '../../parts/list/row-table.tsx';
import { Section } from '../../parts/page/page.tsx';
import { Counts } from '../../parts/query/counts.tsx';
import { QueryBar } from '../../parts/query/query-bar.tsx';
import { term } from '../../parts/query/query-terms.ts';
import { ToolSlug } from '../../parts/value/tool-slug.tsx';
import { go, place, placeHref } from '../../state/place.ts';
import { number } from '../../text/format.ts';
import { t } from '../../text/text.ts';
import style from './governance.module.css';

/** Of all decisions, whatever time is looked at. */
const FACETS = { kind: 'decisions' };
const OUTCOMES = ['denied', 'throttled', 'failed', 'allowed'] as const;

export interface DecisionsProps {
  readonly stats: GovernanceAnswer['stats'];
  readonly listed: Asked<{ readonly recent_decisions: readonly DecisionRow[] }>;
}

/** What was decided, newest first; each count shows just its rows. */
export function Decisions({ stats, listed: { answer, refusal } }: DecisionsProps) {
  const rows = answer?.recent_decisions ?? [];
  return (
    <Section title={t('governance.decisions')} note={t('governance.decisions.note', { n: number(rows.length) })}>
      <QueryBar fields={QUERY_FIELDS.decisions} rows={rows} facets={FACETS} placeholder={t('governance.placeholder')} />
      {stats !== undefined && (
        <Counts
          counted={OUTCOMES.map((outcome) => ({
            label: t(`governance.outcome.${outcome}`),
            count: stats[outcome],
            term: term('outcome', outcome),
            isBad: outcome === 'failed' || outcome === 'denied',
          }))}
        />
      )}
      {refusal !== undefined && <Refused refusal={refusal} />}
      {refusal === undefined && answer === undefined && <Loading />}
      {answer !== undefined && (rows.length === 0 ? <NoDecisions /> : <Rows rows={rows} />)}
    </Section>
  );
}

function NoDecisions() {
  const { q } = place.value;
  return q === undefined ? (
    <Empty action={{ href: placeHref({ panel: 'telemetry', find: 'policy' }), label: t('governance.nothing.action') }}>
      {t('governance.nothing')}
    </Empty>
  ) : (
    <Empty action={{ href: placeHref({ q: undefined }), label: t('empty.filtered.action') }}>
      {t('empty.filtered', { filter: q })}
    </Empty>
  );
}

function Rows({ rows }: { readonly rows: readonly DecisionRow[] }) {
  return (
    <div class={style.rows}>
      <RowTable
        label={t('governance.decisions')}
        rows={rows}
        total={rows.length}
        columns={columns()}
        keyOf={({ row_id: id }) => id}
        isBad={({ outcome }) => outcome === 'failed'}
        onOpen={({ request_id: trace }) => go({ panel: 'traces', trace })}
      />
    </div>
  );
}

function columns(): readonly Column<DecisionRow>[] {
  return [
    timeColumn(460),
    { id: 'outcome', label: t('column.outcome'), width: '7rem', cell: (row) => <Outcome outcome={row.outcome} /> },
    {
      id: 'what',
      label: t('column.tool'),
      width: 'minmax(6rem, 2fr)',
      cell: (row) => (
        <a href={placeHref({ panel: 'traces', trace: row.request_id })} title={t('governance.trace')}>
          <ToolSlug slug={row.tool ?? row.operation} />
        </a>
      ),
    },
    { id: 'why', label: t('governance.why'), width: 'minmax(6rem, 4fr)', cell: (row) => <Why row={row} /> },
    agentColumn(),
  ];
}

function Outcome({ outcome }: { readonly outcome: DecisionRow['outcome'] }) {
  const text = t(`governance.outcome.${outcome}`);
  return outcome === 'allowed' ? (
    <span class="soft">{text}</span>
  ) : (
    <b class={outcome === 'failed' ? 'bad' : 'warn'}>
      <span aria-hidden="true">{outcome === 'failed' ? '✕' : '▲'}</span> {text}
    </b>
  );
}

function Why({ row: { reason, message } }: { readonly row: DecisionRow }) {
  return (
    <span title={message}>
      {reason !== undefined && <code>{reason}</code>} {message}
    </span>
  );
}
