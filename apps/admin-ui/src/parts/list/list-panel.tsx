import { QUERY_FIELDS } from '@dcc-mcp/call-store/query';
import type { ComponentChildren } from 'preact';
import { useMemo, useRef } from 'preact/hooks';
import { connection } from '../../api/connection.ts';
import { type ListKind, rowsOf } from '../../api/list-kind.ts';
import type { ListCost, RowList } from '../../api/row-list.ts';
import { useRows } from '../../api/use-rows.ts';
import { now } from '../../state/clock.ts';
import { go, place, placeHref } from '../../state/place.ts';
import { ALL_TIME, timesOf } from '../../state/time-range.ts';
import { duration, number } from '../../text/format.ts';
import { t } from '../../text/text.ts';
import { Empty } from '../empty/empty.tsx';
import { Loading } from '../empty/loading.tsx';
import { Refused, RefusedLine } from '../empty/refused.tsx';
import { QueryBar } from '../query/query-bar.tsx';
import { ClearButton } from './clear-button.tsx';
import { ListFrame } from './list-frame.tsx';
import { useMarkKeys } from './marked-row.ts';
import { type Column, RowTable } from './row-table.tsx';
import { SaveButtons } from './save-buttons.tsx';
import { useNextRow } from './use-next-row.ts';
import { useRowKeys } from './use-row-keys.ts';
import { type AskedMenu, useRowMenu } from './use-row-menu.tsx';

export interface ListPanelProps<Row extends object> {
  readonly title: string;
  readonly kind: ListKind;
  /** An example of a filter. */
  readonly placeholder?: string;
  readonly columns: readonly Column<Row>[];
  readonly keyOf: (row: Row) => string;
  readonly isBad?: (row: Row) => boolean;
  /** What is counted above the rows. */
  readonly strip?: (list: RowList<Row>) => ComponentChildren;
  /** What is seen of the open row; it may have left the list. */
  readonly peek?: (id: string, row: Row | undefined) => ComponentChildren;
  /** The answer that its peek asks for. */
  readonly peekUrl?: (row: Row) => string;
  /** What can be done with a row, where that is asked for; such rows can be compared, too. */
  readonly menu?: (asked: AskedMenu<Row>) => ComponentChildren;
  /** Said where there is nothing at all. */
  readonly nothing: ComponentChildren;
  /** Nothing is kept of it, whatever the filter and the time. */
  readonly isOff?: boolean;
}

/** Lists that are no store's: their values are offered from the rows in sight. */
const UNCOUNTED: ReadonlySet<ListKind> = new Set(['workflows', 'traffic']);

/** A list with its filter, its rows, and one of them beside it. */
export function ListPanel<Row extends object>(props: ListPanelProps<Row>) {
  const { kind, keyOf, columns } = props;
  const { q, row: openKey, with: markedKey, since, until, range } = place.value;
  // Taken once for a place, so that the list is not asked anew each second.
  const times = useMemo(() => timesOf({ ...place.value }, now.peek()), [since, until, range]);
  const list = useRows<Row>({ kind, q, ...times }, keyOf);
  const rows = list.rows.value;
  const isResting = useRef(true);
  list.isHeld = () => !isResting.current || place.peek().row !== undefined;
  useRowKeys(rows, keyOf, openKey);
  useNextRow(rows, { isOpen: (row) => keyOf(row) === openKey, urlOf: props.peekUrl });
  useMarkKeys(rows, keyOf, props.menu !== undefined);
  const { shown: menu, onMenu } = useRowMenu(props.menu);
  const open = (row: Row): void => go({ row: keyOf(row) }, { replace: openKey !== undefined });
  return (
    <ListFrame
      title={props.title}
      tools={
        <>
          <QueryBar
            fields={QUERY_FIELDS[rowsOf(kind)]}
            rows={rows}
            facets={UNCOUNTED.has(kind) ? undefined : { kind: rowsOf(kind), ...times }}
            placeholder={props.placeholder}
          />
          {props.strip?.(list)}
          {menu}
        </>
      }
      foot={<Foot list={list} />}
      peek={
        openKey !== undefined &&
        props.peek?.(
          openKey,
          rows.find((row) => keyOf(row) === openKey),
        )
      }
    >
      {rows.length === 0 ? (
        <NoRows list={list} nothing={props.nothing} isOff={props.isOff === true} />
      ) : (
        <RowTable
          {...{ rows, columns, keyOf, openKey, markedKey, onMenu }}
          label={props.title}
          total={list.total.value}
          onOpen={open}
          onEnd={() => void list.more()}
          onRest={(isNow) => (isResting.current = isNow)}
          {...(props.isBad && { isBad: props.isBad })}
        />
      )}
    </ListFrame>
  );
}

interface NoRowsProps<Row extends object> {
  readonly list: RowList<Row>;
  readonly nothing: ComponentChildren;
  readonly isOff: boolean;
}

function NoRows<Row extends object>({ list, nothing, isOff }: NoRowsProps<Row>) {
  const { q, range, since, until } = place.value;
  if (list.refusal.value !== undefined) {
    return <Refused refusal={list.refusal.value} />;
  }
  if (list.isLoading.value) {
    return <Loading />;
  }
  if (isOff) {
    return <>{nothing}</>;
  }
  if (q !== undefined) {
    return (
      <Empty action={{ href: placeHref({ q: undefined }), label: t('empty.filtered.action') }}>
        {t('empty.filtered', { filter: q })}
      </Empty>
    );
  }
  const isAll = range === 'all' && since === undefined && until === undefined;
  return isAll ? (
    <Empty>{nothing}</Empty>
  ) : (
    <Empty action={{ href: placeHref(ALL_TIME), label: t('empty.range.action') }}>
      {t('empty.range')} {ringsOf(list.request.kind).every(({ rows }) => rows === 0) && nothing}
    </Empty>
  );
}

/** How many there are, what it took, and what waits. */
function Foot<Row extends object>({ list }: { readonly list: RowList<Row> }) {
  const shown = list.rows.value.length;
  const waiting = list.waiting.value;
  const refusal = list.refusal.value;
  const unfollowed = list.unfollowed.value;
  const isCounted = shown > 0 || (!list.isLoading.value && refusal === undefined);
  return (
    <>
      {waiting > 0 && (
        <button type="button" class="primary" onClick={() => list.flush()}>
          {t('list.new', { n: number(waiting) })}
        </button>
      )}
      <span role="status">
        {isCounted && t('list.rows', { shown: number(shown), total: number(list.total.value) })}
      </span>
      {list.isLoading.value && shown > 0 && <span>{t('list.more')}</span>}
      {refusal !== undefined && shown > 0 && <RefusedLine refusal={refusal} />}
      {unfollowed !== undefined && unfollowed.status > 0 && (
        <span class="warn">
          <span aria-hidden="true">▲</span> {t('list.notFollowed', { why: unfollowed.message })}
        </span>
      )}
      <Kept kind={list.request.kind} />
      {list.dropped.value > 0 && <span>{t('list.dropped', { n: number(list.dropped.value) })}</span>}
      <ClearButton list={list} />
      <SaveButtons request={list.request} />
      {list.cost.value !== undefined && <span>{costText(list.cost.value)}</span>}
    </>
  );
}

function costText({ tookMillis, queryMillis, scanned }: ListCost): string {
  const ms = duration(tookMillis);
  return queryMillis === undefined || scanned === undefined
    ? t('list.took', { ms })
    : t('list.cost', { ms, query: duration(queryMillis), rows: number(scanned) });
}

/** How full the rings of a list are: what it has no room for is let go. */
function Kept({ kind }: { readonly kind: ListKind }) {
  const rings = ringsOf(kind);
  const sum = (member: 'rows' | 'capacity'): string => number(rings.reduce((all, ring) => all + ring[member], 0));
  return rings.length === 0 ? null : <span>{t('list.kept', { rows: sum('rows'), capacity: sum('capacity') })}</span>;
}

function ringsOf(kind: ListKind): readonly { readonly rows: number; readonly capacity: number }[] {
  const { stores = {} } = connection.value.health ?? {};
  const names = [rowsOf(kind), ...(kind === 'traces' ? ['kept_traces'] : [])];
  return names.flatMap((name) => stores[name] ?? []);
}
