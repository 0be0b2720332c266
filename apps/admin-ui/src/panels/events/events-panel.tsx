import type { ContentionEvent } from '@dcc-mcp/call-store';
import { severityColumn, timeColumn } from '../../parts/list/columns.tsx';
import { ListPanel } from '../../parts/list/list-panel.tsx';
import type { Column } from '../../parts/list/row-table.tsx';
import { place, placeHref } from '../../state/place.ts';
import { t } from '../../text/text.ts';
import { ActivityList } from './activity-list.tsx';
import { EventPeek } from './event-peek.tsx';
import { EventStrip } from './event-strip.tsx';
import { isOwnEvent } from './leads-to.ts';

/** What happened to the servers; or everything that happened, in one feed. */
export function EventsPanel() {
  return place.value.view === 'activity' ? <ActivityList /> : <EventList />;
}

/** Events have no ids of their own. */
function keyOf({ timestamp, event, instance_id: id }: ContentionEvent): string {
  return `${timestamp} ${event} ${id}`;
}

function EventList() {
  return (
    <ListPanel<ContentionEvent>
      title={t('panel.events')}
      kind="events"
      placeholder={t('events.placeholder')}
      columns={columns()}
      keyOf={keyOf}
      isBad={({ severity }) => severity === 'error'}
      strip={(list) => <EventStrip list={list} column="event" read={({ event }) => event} />}
      peek={(_, row) => <EventPeek event={row} />}
      nothing={t('events.nothing')}
    />
  );
}

function columns(): readonly Column<ContentionEvent>[] {
  return [
    timeColumn(),
    severityColumn(),
    {
      id: 'event',
      label: t('events.event'),
      width: 'minmax(9rem, 1fr)',
      cell: (row) => <a href={placeHref({ row: keyOf(row) })}>{row.event}</a>,
    },
    {
      id: 'server',
      label: t('events.server'),
      width: 'minmax(6rem, 1fr)',
      fromWidth: 480,
      cell: ({ event, dcc_type: type, instance_id: id }) => {
        const name = (
          <>
            {type} <span class="soft">{id.slice(0, 8)}</span>
          </>
        );
        return isOwnEvent(event) ? name : <a href={placeHref({ panel: 'instances', instance: id })}>{name}</a>;
      },
    },
    {
      id: 'reason',
      label: t('events.reason'),
      width: 'minmax(8rem, 3fr)',
      fromWidth: 620,
      cell: ({ reason }) => <span title={reason}>{reason}</span>,
    },
  ];
}
