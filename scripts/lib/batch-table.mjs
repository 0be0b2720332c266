// The table of docs/benchmarks.md that has what an item of a batch costs.
import { figureText } from './figures.mjs';
import { table } from './pages.mjs';

const BATCHES = {
  'telemetry off': 'telemetry off',
  'telemetry on, no history': '… every item traced to a live OTLP receiver, metrics on',
  'telemetry on': '… and kept in the history',
};

export function batch({ batch: { rows }, budgets }) {
  return table(
    ['', 'calls in a batch', 'CPU µs per item', 'times bare', 'budget', 'p50 of a batch in ms'],
    rows.map(({ leg, size, cpuMicrosPerItem, timesBare, p50Millis }) => {
      const isBare = leg.startsWith('bare');
      return [
        isBare ? 'bare forwarder, one call' : BATCHES[leg.split(', ').slice(1).join(', ')],
        isBare ? '' : figureText(size),
        ...[cpuMicrosPerItem, timesBare].map((value) => figureText(value)),
        isBare ? '' : `≤ ${figureText(budgets.batch.itemOfBare, '×')}`,
        isBare ? '' : figureText(p50Millis),
      ];
    }),
  );
}
