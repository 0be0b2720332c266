import { apiUrl } from '../../api/client.ts';
import type { RowListRequest } from '../../api/row-list.ts';
import { useAnswer } from '../../api/use-answer.ts';
import { Counts } from '../../parts/query/counts.tsx';
import { t } from '../../text/text.ts';

interface Summary {
  readonly failed: number;
  readonly warning: number;
  readonly zero_result_workflows: number;
}

/** How the workflows that match ended, each a filter to put in or take away: the gateway counts them in one answer. */
export function WorkflowCounts({ request: { q, since, until } }: { readonly request: RowListRequest }) {
  const url = apiUrl('workflows', { q, since, until, limit: 1 });
  const { answer } = useAnswer<{ readonly summary: Summary }>(url);
  if (answer === undefined) {
    return null;
  }
  const { failed, warning, zero_result_workflows: zero } = answer.summary;
  return (
    <Counts
      counted={[
        { label: t('counts.failed'), count: failed, term: 'status=failed', isBad: true },
        { label: t('workflows.recovered'), count: warning, term: 'status=warning' },
        { label: t('workflows.withZero'), count: zero, term: 'zero_result_count>0' },
      ]}
    />
  );
}
