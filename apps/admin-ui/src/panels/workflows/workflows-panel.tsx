import type { Workflow } from '@dcc-mcp/call-store/analytics';
import { ListPanel } from '../../parts/list/list-panel.tsx';
import type { Column } from '../../parts/list/row-table.tsx';
import { TimeCell } from '../../parts/value/time-cell.tsx';
import { placeHref } from '../../state/place.ts';
import { duration, number } from '../../text/format.ts';
import { t } from '../../text/text.ts';
import { WorkflowCounts } from './workflow-counts.tsx';
import { WorkflowPeek } from './workflow-peek.tsx';
import { WorkflowStatus } from './workflow-status.tsx';

/** What agents did, each in one go: searches, describes, loads and calls. */
export function WorkflowsPanel() {
  return (
    <ListPanel<Workflow>
      title={t('panel.workflows')}
      kind="workflows"
      placeholder={t('workflows.placeholder')}
      columns={columns()}
      keyOf={({ workflow_id: id }) => id}
      isBad={({ status }) => status === 'failed'}
      strip={(list) => <WorkflowCounts list={list} />}
      peek={(id, row) => <WorkflowPeek id={id} row={row} />}
      nothing={t('workflows.nothing')}
    />
  );
}

function columns(): readonly Column<Workflow>[] {
  return [
    {
      id: 'time',
      label: t('column.time'),
      width: '5rem',
      fromWidth: 460,
      cell: (row) => <TimeCell timestamp={row.finished_at ?? row.started_at} />,
    },
    {
      id: 'status',
      label: t('column.outcome'),
      width: '6.2rem',
      cell: ({ status }) => <WorkflowStatus status={status} />,
    },
    {
      id: 'title',
      label: t('workflows.what'),
      width: 'minmax(9rem, 6fr)',
      cell: ({ workflow_id: id, title }) => <a href={placeHref({ row: id })}>{title}</a>,
    },
    {
      id: 'agent',
      label: t('column.agent'),
      width: 'minmax(5rem, 1.4fr)',
      fromWidth: 640,
      cell: ({ agent }) => agent.agent_name ?? agent.agent_id,
    },
    ...numbers(),
  ];
}

function numbers(): readonly Column<Workflow>[] {
  const wide = { width: '3.6rem', isNumber: true } as const;
  return [
    {
      ...wide,
      id: 'steps',
      label: t('workflows.steps'),
      fromWidth: 480,
      cell: (row) => <a href={placeHref({ row: row.workflow_id, find: undefined })}>{number(row.step_count)}</a>,
    },
    {
      ...wide,
      id: 'failed',
      label: t('workflows.failed'),
      fromWidth: 560,
      cell: (row) => <StepCount row={row} count={row.failed_steps} find="failed" isBad />,
    },
    {
      ...wide,
      id: 'zero',
      label: t('workflows.zero'),
      fromWidth: 860,
      cell: (row) => <StepCount row={row} count={row.discovery.zero_result_count} find="zero_results" />,
    },
    {
      ...wide,
      id: 'rank',
      label: t('workflows.rank'),
      fromWidth: 920,
      cell: ({ discovery: { best_selected_rank: rank } }) => (rank === undefined ? '' : `#${rank}`),
    },
    {
      ...wide,
      id: 'success',
      label: t('workflows.success'),
      width: '5.6rem',
      fromWidth: 990,
      cell: ({ discovery: { time_to_first_success_ms: millis } }) => (millis === undefined ? '' : duration(millis)),
    },
    {
      ...wide,
      id: 'duration',
      label: t('column.duration'),
      width: '5.6rem',
      cell: (row) => duration(row.duration_ms),
    },
  ];
}

interface StepCountProps {
  readonly row: Workflow;
  readonly count: number;
  /** The view of the steps that shows just these. */
  readonly find: string;
  readonly isBad?: boolean;
}

function StepCount({ row, count, find, isBad = false }: StepCountProps) {
  return count === 0 ? null : (
    <a href={placeHref({ row: row.workflow_id, find })} class={isBad ? 'bad' : undefined}>
      {number(count)}
    </a>
  );
}
