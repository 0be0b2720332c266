import type { Workflow } from '@dcc-mcp/call-store/analytics';
import { t } from '../../text/text.ts';

const SIGNS: Readonly<Record<Workflow['status'], readonly [tone: string, sign: string]>> = {
  completed: ['soft', ''],
  running: ['soft', '…'],
  warning: ['warn', '▲'],
  failed: ['bad', '✕'],
};

/** How a workflow stands: quiet where it went well. */
export function WorkflowStatus({ status }: Pick<Workflow, 'status'>) {
  const [tone, sign] = SIGNS[status];
  return (
    <span class={tone}>
      {sign !== '' && <span aria-hidden="true">{sign} </span>}
      {t(`workflow.status.${status}`)}
    </span>
  );
}
