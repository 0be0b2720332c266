import type { CallRow } from '@dcc-mcp/call-store';
import { Counts, type Counted } from '../../parts/query/counts.tsx';
import { term } from '../../parts/query/query-terms.ts';
import { t } from '../../text/text.ts';

/** What the rows in sight are, each a filter to put in or take away. */
export function CallCounts({ rows }: { readonly rows: readonly CallRow[] }) {
  const outcomes = new Map<string, number>();
  for (const { outcome } of rows) {
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  }
  const failed = rows.length - (outcomes.get('ok') ?? 0);
  const counted: Counted[] = [...outcomes]
    .filter(([outcome]) => outcome !== 'ok')
    .toSorted(([, one], [, other]) => other - one)
    .map(([outcome, count]) => ({ label: outcome, count, term: term('outcome', outcome), isBad: true }));
  return (
    <Counts counted={[{ label: t('counts.failed'), count: failed, term: 'success=false', isBad: true }, ...counted]} />
  );
}
