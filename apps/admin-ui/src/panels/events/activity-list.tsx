import type { ActivityRow } from '@dcc-mcp/call-store';
import { severityColumn, timeColumn } from '../../parts/list/columns.tsx';
import { ListPanel } from '../../parts/list/list-panel.tsx';
import type { Column } from '../../parts/list/row-table.tsx';
import { go, placeHref } from '../../state/place.ts';
import { t } from '../../text/text.ts';
import { ActivityPeek } from './activity-peek.tsx';
import { EventStrip } from './event-strip.tsx';
import { leadsTo } from './leads-to.ts';

/** Calls, searches, events of servers, exporters and the configuration, in one feed. */
export function ActivityList() {
  return (
    <ListPanel<ActivityRow>
      title={t('panel.events')}
      kind="activity"
      placeholder={t('activity.placeholder')}
      columns={columns()}
      keyOf={({ event_id: id }) => id}
      isBad={({ severity }) => severity === 'error'}
      strip={(list) => <EventStrip list={list} column="kind" read={({ kind }) => kind} />}
      peek={(_, row) => <ActivityPeek row={row} onClose={() => go({ row: undefined })} />}
      nothing={t('activity.nothing')}
    />
  );
}

function columns(): readonly Column<ActivityRow>[] {
  return [
    timeColumn(),
    severityColumn(),
    {
      id: 'kind',
      label: t('activity.kind'),
      width: '7rem',
      fromWidth: 480,
      cell: ({ kind }) => <span class="soft">{kind}</span>,
    },
    {
      id: 'message',
      label: t('activity.message'),
      width: 'minmax(9rem, 5fr)',
      cell: (row) => (
        <a href={placeHref(leadsTo(row))} title={row.message}>
          {row.message}
        </a>
      ),
    },
    {
      id: 'agent',
      label: t('column.agent'),
      width: 'minmax(5rem, 1fr)',
      fromWidth: 760,
      cell: ({ correlation }) => correlation['agent_id'],
    },
  ];
}
