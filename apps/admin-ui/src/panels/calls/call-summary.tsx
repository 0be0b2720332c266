import type { CallRow, TraceDetail } from '@dcc-mcp/call-store';
import { term } from '../../parts/query/query-terms.ts';
import { sameError } from '../../parts/query/same-error.ts';
import { RootCause } from '../../parts/request/root-cause.tsx';
import { Facts } from '../../parts/value/facts.tsx';
import { ShareBar, ShareLegend } from '../../parts/value/share-bar.tsx';
import { placeHref } from '../../state/place.ts';
import { bytes } from '../../text/format.ts';
import { t } from '../../text/text.ts';

export interface CallSummaryProps {
  readonly id: string;
  readonly row: CallRow | undefined;
  readonly trace: TraceDetail | undefined;
}

/** What failed and why, where the time went, and everything that leads on. */
export function CallSummary({ id, row, trace }: CallSummaryProps) {
  const known = row ?? trace;
  return (
    <>
      {known?.success === false && <RootCause id={id} />}
      {row?.error !== undefined && (
        <p>
          <a href={placeHref({ q: sameError({ ...row.error, outcome: row.outcome }), row: undefined, tab: undefined })}>
            {t('cause.same')}
          </a>
        </p>
      )}
      {row?.upstream_ms !== undefined && (
        <section aria-label={t('column.share')}>
          <ShareBar shares={row} />
          <ShareLegend shares={row} />
        </section>
      )}
      {known !== undefined && <KnownFacts row={row} known={known} />}
    </>
  );
}

/** A value that leads to all calls with it. */
function callsWith(field: string, value: string) {
  const href = placeHref({ panel: 'calls', q: term(field, value), row: undefined, tab: undefined });
  return <a href={href}>{value}</a>;
}

function KnownFacts({ row, known }: { readonly row: CallRow | undefined; readonly known: CallRow | TraceDetail }) {
  const { tool, dcc_type: app, instance_id: instance } = known;
  return (
    <Facts
      facts={[
        [t('column.tool'), tool !== undefined && callsWith('tool', tool)],
        [t('column.app'), app !== undefined && callsWith('dcc_type', app)],
        [
          t('fact.instance'),
          instance !== undefined && <a href={placeHref({ panel: 'instances', instance })}>{instance}</a>,
        ],
        [t('fact.skill'), row?.skill_name],
        [t('fact.retries'), row?.retries],
        [t('fact.policy'), row?.policy && `${row.policy.outcome} ${row.policy.reason ?? ''}`],
        [t('fact.search'), row?.search?.selected_rank !== undefined && t('fact.rank', { n: row.search.selected_rank })],
        [t('fact.job'), row?.job_id],
        [t('fact.bytes'), t('fact.inOut', { input: bytes(known.input_bytes), output: bytes(known.output_bytes) })],
        [
          'trace_id',
          <a href={placeHref({ panel: 'traces', trace: known.row_id })}>
            <code>{known.trace_id}</code>
          </a>,
        ],
        ['request_id', <code>{known.request_id}</code>],
        ['parent_request_id', known.parent_request_id && <code>{known.parent_request_id}</code>],
      ]}
    />
  );
}
