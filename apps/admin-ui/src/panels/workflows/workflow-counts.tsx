import type { Workflow } from '@dcc-mcp/call-store/analytics';
import type { RowList } from '../../api/row-list.ts';
import { Counts } from '../../parts/query/counts.tsx';
import { t } from '../../text/text.ts';

/** How the workflows that match ended, each a filter to put in or take away. Their list comes with its counts. */
export function WorkflowCounts({ list }: { readonly list: RowList<Workflow> }) {
  const { failed = 0, warning = 0, zero_result_workflows: zero = 0 } = list.summary.value;
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
