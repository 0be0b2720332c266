// A run of the benchmarks beside the committed figures, ratio by ratio.
import { isMoreBetter, isWithinBudget, ratiosOf } from './ratios.mjs';

/** Two runs of the same program differ by as much. */
const NOISE = 0.05;

function markOf(ratio, committed) {
  if (committed === undefined) {
    return 'new';
  }
  const change = (ratio.value - committed.value) * (isMoreBetter(ratio) ? -1 : 1);
  if (Math.abs(change) <= NOISE * Math.abs(committed.value)) {
    return 'same';
  }
  return change < 0 ? 'better' : 'WORSE';
}

const textOf = (value, unit) => (value === undefined ? '' : `${value}${unit === '%' ? ' %' : unit}`);

/**
 * @param run Figures of this run, by name.
 * @param committed Those of docs/benchmarks/figures.json, with its budgets.
 * @returns Rows for a table: each ratio of the run.
 */
export function compareRuns(run, committed) {
  const known = new Map(
    ratiosOf(committed, committed.budgets).map((ratio) => [`${ratio.benchmark} ${ratio.name}`, ratio]),
  );
  return ratiosOf(run, committed.budgets).map((ratio) => {
    const before = known.get(`${ratio.benchmark} ${ratio.name}`);
    return {
      benchmark: ratio.benchmark,
      ratio: ratio.name,
      'this run': textOf(ratio.value, ratio.unit),
      committed: textOf(before?.value, ratio.unit),
      '': markOf(ratio, before),
      budget:
        ratio.budget === undefined
          ? ''
          : `${isWithinBudget(ratio) ? 'met' : 'missed'} (${textOf(ratio.budget, ratio.unit)})`,
    };
  });
}
