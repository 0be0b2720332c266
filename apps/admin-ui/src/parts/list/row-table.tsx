import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { t } from '../../text/text.ts';
import style from './row-table.module.css';
import { useVirtualRows } from './use-virtual-rows.ts';
import { useWidth } from './use-width.ts';

/** One column of a table. */
export interface Column<Row> {
  readonly id: string;
  readonly label: string;
  /** As `grid-template-columns` has it: `7rem`, `minmax(8rem, 2fr)`. */
  readonly width: string;
  readonly isNumber?: boolean;
  /** Left out where the table is narrower than this many pixels. */
  readonly fromWidth?: number;
  readonly cell: (row: Row) => ComponentChildren;
}

export interface RowTableProps<Row> {
  readonly label: string;
  readonly rows: readonly Row[];
  readonly total: number;
  readonly columns: readonly Column<Row>[];
  readonly keyOf: (row: Row) => string;
  /** The row that is open. */
  readonly openKey?: string | undefined;
  /** The row that another is to be compared with. */
  readonly markedKey?: string | undefined;
  readonly onOpen: (row: Row) => void;
  /** The reader came near the end of the rows. */
  readonly onEnd?: () => void;
  /** A row that asks for attention. */
  readonly isBad?: (row: Row) => boolean;
  /** The menu of a row is asked for, at a place of the window. */
  readonly onMenu?: ((row: Row, at: MenuPlace) => void) | undefined;
  /** Told whether the reader is at the top and away from the rows, so that new ones may move them. */
  readonly onRest?: (isResting: boolean) => void;
}

/** Pixels from the left and the top of the window. */
export interface MenuPlace {
  readonly left: number;
  readonly top: number;
}

const ROW_PIXELS = 30;
const NEAR_END_ROWS = 60;

/** A table of any length: rows are of one height, and only those in sight exist. */
export function RowTable<Row>(props: RowTableProps<Row>) {
  const { rows, keyOf, openKey, onEnd, onRest } = props;
  const body = useRef<HTMLDivElement>(null);
  const { items, height, reveal } = useVirtualRows(body, rows.length, ROW_PIXELS);
  const columns = fitting(props.columns, useWidth(body));
  const grid = { gridTemplateColumns: columns.map(({ width }) => width).join(' ') };
  const openIndex = openKey === undefined ? -1 : rows.findIndex((row) => keyOf(row) === openKey);
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (openIndex >= 0) {
      reveal(openIndex);
    }
  }, [openKey, openIndex >= 0]);
  useEffect(() => {
    if (rows.length > 0 && last >= rows.length - NEAR_END_ROWS) {
      onEnd?.();
    }
  }, [last, rows.length]);
  const rest = (isOver: boolean): void => onRest?.(!isOver && (body.current?.scrollTop ?? 0) < ROW_PIXELS);
  return (
    <div role="table" aria-label={props.label} aria-rowcount={props.total + 1} class={style.table}>
      <Heads columns={columns} grid={grid} />
      <div
        ref={body}
        role="rowgroup"
        class={style.body}
        // Keys scroll it, also where no row is open.
        tabIndex={0}
        aria-label={props.label}
        onPointerEnter={() => rest(true)}
        onPointerLeave={() => rest(false)}
        onScroll={() => rest(body.current?.matches(':hover') === true)}
      >
        <div class={style.all} style={{ height: `${height}px` }}>
          {items.map(({ index, start }) => {
            const row = rows[index];
            return row === undefined ? null : (
              <Line
                key={keyOf(row)}
                {...{ row, index, start, grid, columns }}
                isOpen={index === openIndex}
                table={props}
              />
            );
          })}
        </div>
      </div>
    </div>
  );
}

function Heads<Row>({ columns, grid }: { readonly columns: readonly Column<Row>[]; readonly grid: Grid }) {
  return (
    <div role="rowgroup" class={style.heads}>
      <div role="row" aria-rowindex={1} class={style.row} style={grid}>
        {columns.map(({ id, label, isNumber }) => (
          <span key={id} role="columnheader" class={isNumber === true ? 'number' : undefined}>
            {label}
          </span>
        ))}
      </div>
    </div>
  );
}

type Grid = { readonly gridTemplateColumns: string };

interface LineProps<Row> {
  readonly row: Row;
  readonly index: number;
  readonly start: number;
  readonly grid: Grid;
  readonly columns: readonly Column<Row>[];
  readonly isOpen: boolean;
  readonly table: RowTableProps<Row>;
}

function Line<Row>({ row, index, start, grid, columns, isOpen, table }: LineProps<Row>) {
  const isMarked = table.markedKey === table.keyOf(row);
  const classes = [
    style.row,
    style.line,
    isOpen ? style.open : '',
    isMarked ? style.marked : '',
    table.isBad?.(row) === true ? style.bad : '',
  ];
  const open = ({ target }: Event): void => {
    // A link or a button in the row does its own.
    if (!(target instanceof Element && target.closest('a, button') !== null)) {
      table.onOpen(row);
    }
  };
  const askMenu = (event: MouseEvent): void => {
    // With Shift the browser shows its own.
    if (table.onMenu !== undefined && !event.shiftKey) {
      event.preventDefault();
      table.onMenu(row, { left: event.clientX, top: event.clientY });
    }
  };
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      aria-current={isOpen ? 'true' : undefined}
      title={isMarked ? t('mark.title') : undefined}
      class={classes.join(' ')}
      style={{ ...grid, transform: `translateY(${start}px)` }}
      onClick={open}
      onContextMenu={askMenu}
    >
      {columns.map(({ id, cell, isNumber }) => (
        <span key={id} role="cell" class={`clip ${isNumber === true ? 'number' : ''}`}>
          {cell(row)}
        </span>
      ))}
    </div>
  );
}

/** Columns that a narrow table has no place for are left out. */
function fitting<Row>(columns: readonly Column<Row>[], width: number): readonly Column<Row>[] {
  return columns.filter(({ fromWidth = 0 }) => width >= fromWidth);
}
