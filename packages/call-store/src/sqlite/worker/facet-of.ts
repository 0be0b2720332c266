import { type Facet, FacetCounts } from '../../analytics/facet.ts';
import { QUERY_FIELDS } from '../../query/fields/query-fields.ts';
import type { FacetInput } from '../messages.ts';
import { type Block, type Mask, valuesIn } from './blocks/block.ts';
import { columnOf } from './blocks/columns.ts';
import type { RowReader } from './read-rows.ts';

/** The most frequent values of a field: of each block its different values are counted, and not its rows. */
export function facetOf({ selected }: RowReader, { kind, request, beside, without }: FacetInput): Facet {
  const counts = new FacetCounts(QUERY_FIELDS[kind], request);
  const selection = { ...request, without };
  beside.forEach((row) => counts.countRow(row));
  selected.loose(selection).forEach(({ row }) => counts.countRow(row));
  const column = columnOf(kind, request.field)?.number ?? Number.NaN;
  for (const { block, mask } of selected.inBlocks(selection)) {
    countBlock(counts, block, { column, mask });
  }
  return counts.toFacet();
}

interface Asked {
  readonly column: number;
  readonly mask: Mask | undefined;
}

function countBlock(counts: FacetCounts, block: Block, { column, mask }: Asked): void {
  const found = mask?.includes(1) === false ? undefined : block.values(column);
  if (found === undefined) {
    return;
  }
  const { places } = found;
  const different = valuesIn(found);
  const rowsOf = new Uint32Array(different.length + 1);
  for (let row = 0; row < block.rows; row += 1) {
    const place = places === undefined ? 1 : (places[row] ?? 0);
    rowsOf[place] = (rowsOf[place] ?? 0) + (mask === undefined ? 1 : (mask[row] ?? 0));
  }
  different.forEach((value, index) => {
    const rows = rowsOf[index + 1] ?? 0;
    if (rows > 0) {
      counts.count(value, rows);
    }
  });
}
