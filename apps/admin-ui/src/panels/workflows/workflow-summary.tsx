import type { Workflow } from '@dcc-mcp/call-store/analytics';
import type { ComponentChildren } from 'preact';
import { Facts } from '../../parts/value/facts.tsx';
import { placeHref } from '../../state/place.ts';
import { ALL_TIME } from '../../state/time-range.ts';
import { duration, fullTime, number } from '../../text/format.ts';
import { t } from '../../text/text.ts';
import { rowsOfWorkflow } from './workflow-query.ts';

/** Who it was, how long it took, and how well its searches led to tools. */
export function WorkflowSummary({ workflow }: { readonly workflow: Workflow }) {
  const { agent, discovery, correlation } = workflow;
  const searches = (count: number, more = ''): ComponentChildren =>
    count > 0 && (
      <a href={placeHref({ panel: 'search', q: rowsOfWorkflow(workflow, more), ...ALL_TIME })}>{number(count)}</a>
    );
  return (
    <>
      <Facts
        facts={[
          [t('column.agent'), agent.agent_name ?? agent.agent_id],
          [t('workflows.model'), [agent.agent_model_provider, agent.agent_model].filter(Boolean).join(' / ')],
          [t('workflows.started'), fullTime(workflow.started_at)],
          [t('workflows.ended'), workflow.finished_at && fullTime(workflow.finished_at)],
          [t('column.duration'), duration(workflow.duration_ms)],
          [t('workflows.group'), t(`workflows.group.${workflow.group_kind}`)],
          [t('workflows.session'), correlation.session_id && <code>{correlation.session_id}</code>],
        ]}
      />
      <h3>{t('workflows.discovery')}</h3>
      <Facts
        facts={[
          [t('workflows.searches'), searches(discovery.search_count)],
          [t('workflows.zero'), searches(discovery.zero_result_count, 'zero_results=true')],
          [t('workflows.reworded'), searches(discovery.reformulation_count, 'reformulation_of~""')],
          [t('workflows.selected'), searches(discovery.selected_count, 'followups.selected_rank>=1')],
          [t('workflows.rank'), discovery.best_selected_rank && `#${discovery.best_selected_rank}`],
          [
            t('workflows.success'),
            discovery.time_to_first_success_ms !== undefined && duration(discovery.time_to_first_success_ms),
          ],
        ]}
      />
      <p>
        <a href={placeHref({ panel: 'traces', q: rowsOfWorkflow(workflow), ...ALL_TIME })}>
          {t('workflows.allRequests')}
        </a>
      </p>
    </>
  );
}
