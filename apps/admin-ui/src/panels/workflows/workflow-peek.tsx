import type { Workflow } from '@dcc-mcp/call-store/analytics';
import type { ComponentChildren } from 'preact';
import { apiUrl } from '../../api/client.ts';
import { useAnswer } from '../../api/use-answer.ts';
import { Missing } from '../../parts/peek/missing.tsx';
import { Peek } from '../../parts/peek/peek.tsx';
import { term } from '../../parts/query/query-terms.ts';
import { HarButton } from '../../parts/request/har-menu.tsx';
import { t } from '../../text/text.ts';
import { rowsOfWorkflow } from './workflow-query.ts';
import { WorkflowStatus } from './workflow-status.tsx';
import { WorkflowSteps } from './workflow-steps.tsx';
import { WorkflowSummary } from './workflow-summary.tsx';

/** One workflow: its steps in order, and what they come to. */
export function WorkflowPeek({ id, row }: { readonly id: string; readonly row: Workflow | undefined }) {
  const url = apiUrl('workflows', { q: term('workflow_id', id), limit: 1 });
  const asked = useAnswer<{ readonly workflows: readonly Workflow[] }>(row === undefined ? url : undefined);
  const workflow = row ?? asked.answer?.workflows[0];
  const content = (show: (found: Workflow) => ComponentChildren) => () =>
    workflow === undefined ? <Missing asked={asked} gone={t('workflows.gone')} /> : show(workflow);
  return (
    <Peek
      label={t('panel.workflows')}
      title={
        <>
          <h2>{workflow?.title ?? id}</h2>
          {workflow !== undefined && <WorkflowStatus status={workflow.status} />}
        </>
      }
      actions={
        workflow !== undefined && (
          <HarButton label={t('list.saveHar')} file={`workflow-${id}`} q={rowsOfWorkflow(workflow)} />
        )
      }
      tabs={[
        {
          id: 'steps',
          label: t('workflows.stepsTab'),
          content: content((found) => <WorkflowSteps workflow={found} />),
        },
        {
          id: 'summary',
          label: t('peek.summary'),
          content: content((found) => <WorkflowSummary workflow={found} />),
        },
      ]}
    />
  );
}
