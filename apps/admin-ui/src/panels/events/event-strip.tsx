import type { RowList } from '../../api/row-list.ts';
import { CountStrip } from '../../parts/query/count-strip.tsx';
import { term } from '../../parts/query/query-terms.ts';
import { t } from '../../text/text.ts';
import { EventViews } from './event-views.tsx';
import { valuesOf } from './leads-to.ts';

export interface EventStripProps<Row extends object> {
  readonly list: RowList<Row>;
  /** What the rows are of: the column, and its value in a row. */
  readonly column: string;
  readonly read: (row: Row) => string;
}

/** The two views, and how much of either asks for attention and is of what kind. */
export function EventStrip<Row extends object>({ list, column, read }: EventStripProps<Row>) {
  const kinds = valuesOf(list.rows.value, read);
  return (
    <>
      <EventViews />
      <CountStrip
        list={list}
        terms={[
          { label: t('severity.error'), term: 'severity=error', isBad: true },
          { label: t('severity.warning'), term: 'severity=warning' },
          ...kinds.map((kind) => ({ label: kind, term: term(column, kind) })),
        ]}
      />
    </>
  );
}
