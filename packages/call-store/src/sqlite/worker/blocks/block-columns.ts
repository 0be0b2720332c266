import type { RowColumns, Values } from '../../../analytics/columns/row-columns.ts';
import type { RowError } from '../../../rows/call-row.ts';
import type { IndexedKind } from '../../messages.ts';
import { type Block, countOf, type Mask, valuesIn } from './block.ts';
import { columnOf } from './columns.ts';

/** What sums read of those rows of a block that are asked for. @param mask Absent where all are. */
export function columnsOfBlock<Row>(kind: IndexedKind, block: Block, mask: Mask | undefined): RowColumns<Row> {
  const isAsked = (_: number, row: number): boolean => mask?.[row] === 1;
  const numbers = (member: string): Float64Array => {
    const all = block.numbers(numberOf(kind, member)) ?? new Float64Array(block.rows).fill(Number.NaN);
    return mask === undefined ? all : all.filter(isAsked);
  };
  const values = <Value>(field: string): Values<Value> => {
    const { different, places } = valuesOf<Value>(block, numberOf(kind, field));
    return { different, places: mask === undefined ? places : places.filter(isAsked) };
  };
  return {
    rows: mask === undefined ? block.rows : countOf(mask),
    times: () => numbers('timestamp'),
    numbers,
    values: (member) => values<Row[typeof member]>(member),
    errors: (member) => onlyTexts(values<RowError[typeof member]>(`error.${member}`)),
  };
}

function onlyTexts<Value>({ different, places }: Values<Value>): Values<Value> {
  return { different: different.map((value) => (typeof value === 'string' ? value : undefined)), places };
}

function numberOf(kind: IndexedKind, member: string): number {
  const column = columnOf(kind, member);
  if (column === undefined) {
    throw new RangeError(`${member} has no column`);
  }
  return column.number;
}

function valuesOf<Value>(block: Block, column: number): Values<Value> {
  const found = block.values(column);
  if (found === undefined) {
    return { different: [undefined], places: new Uint32Array(block.rows) };
  }
  const { places } = found;
  return {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what rows had in that member
    different: [undefined, ...(valuesIn(found) as readonly Value[])],
    places: places === undefined ? new Uint32Array(block.rows).fill(1) : new Uint32Array(places),
  };
}
