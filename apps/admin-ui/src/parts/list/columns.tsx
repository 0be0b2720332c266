// Columns that several lists have, so that they look and give way alike.
import { t } from '../../text/text.ts';
import { OutcomeWord } from '../value/outcome.tsx';
import { SeverityWord } from '../value/severity.tsx';
import { TimeCell } from '../value/time-cell.tsx';
import type { Column } from './row-table.tsx';

/** When it was. */
export function timeColumn<Row extends { readonly timestamp: string }>(fromWidth = 0): Column<Row> {
  return {
    id: 'time',
    label: t('column.time'),
    width: '5.5rem',
    fromWidth,
    cell: (row) => <TimeCell timestamp={row.timestamp} />,
  };
}

/** How it ended. */
export function outcomeColumn<Row extends { readonly outcome: string }>(): Column<Row> {
  return {
    id: 'outcome',
    label: t('column.outcome'),
    width: 'minmax(6.5rem, 8.5rem)',
    cell: (row) => <OutcomeWord outcome={row.outcome} />,
  };
}

/** How much attention it asks for. */
export function severityColumn<Row extends { readonly severity: string }>(): Column<Row> {
  return {
    id: 'severity',
    label: t('events.severity'),
    width: '6rem',
    cell: (row) => <SeverityWord severity={row.severity} />,
  };
}

/** What is known of a caller; the first that is there names it. */
interface Agent {
  readonly agent_name?: string | undefined;
  readonly agent_id?: string | undefined;
  readonly client_platform?: string | undefined;
}

/** Who called. */
export function agentColumn<Row extends Agent>(): Column<Row> {
  return {
    id: 'agent',
    label: t('column.agent'),
    width: 'minmax(5rem, 1.4fr)',
    fromWidth: 760,
    cell: ({ agent_name: name, agent_id: id, client_platform: platform }) => name ?? id ?? platform,
  };
}
