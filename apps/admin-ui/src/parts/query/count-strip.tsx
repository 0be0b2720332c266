import { useEffect, useState } from 'preact/hooks';
import { apiUrl, ask } from '../../api/client.ts';
import type { RowList } from '../../api/row-list.ts';
import { place } from '../../state/place.ts';
import { type Counted, Counts } from './counts.tsx';
import { hasTerm, withTerm } from './query-terms.ts';

/** While rows come, counts follow them at most this often. */
const EVERY_MILLIS = 1_500;

/** Counts of *all* rows that match, not of those in sight: each is what the list shows when it is clicked. */
export function CountStrip<Row extends object>({
  list,
  terms,
}: {
  readonly list: RowList<Row>;
  readonly terms: readonly Omit<Counted, 'count'>[];
}) {
  const [totals, setTotals] = useState<ReadonlyMap<string, number>>(new Map());
  const q = place.value.q ?? '';
  const wanted = terms.map(({ term }) => term).join('\n');
  const steps = Math.floor(list.total.value === 0 ? 0 : Date.now() / EVERY_MILLIS);
  useEffect(() => {
    const ending = new AbortController();
    const count = async (term: string): Promise<readonly [string, number]> => {
      const url = apiUrl(list.request.kind, { ...list.request, kind: undefined, q: withTerm(q, term), limit: 1 });
      const { answer } = await ask<{ readonly total: number }>(url, ending.signal);
      return [term, answer.total];
    };
    // A count that fails is no news: the list itself says what is wrong.
    Promise.all(wanted.split('\n').map(count)).then(
      (counts) => setTotals(new Map(counts)),
      () => undefined,
    );
    return () => ending.abort();
  }, [q, wanted, list, list.total.value === 0, steps]);
  return (
    <Counts
      counted={terms
        .filter(({ term }) => totals.has(term) || hasTerm(q, term))
        .map(({ label, term, isBad = false }) => ({ label, term, isBad, count: totals.get(term) ?? 0 }))}
    />
  );
}
