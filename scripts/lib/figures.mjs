// Reads docs/benchmarks/figures.json and writes its figures as text.
import { readFileSync } from 'node:fs';

const FIGURES_FILE = new URL('../../docs/benchmarks/figures.json', import.meta.url);

export const readFigures = () => JSON.parse(readFileSync(FIGURES_FILE, 'utf8'));

/**
 * The value at a path: `scrape/summary/ratioToPromClient`, in a list by a field: `record/rows/name=bare sdk-metrics/ratio`.
 *
 * @throws {Error} When nothing is there.
 */
export function figureAt(figures, path) {
  const value = path.split('/').reduce((holder, step) => {
    const [field, wanted] = step.split('=', 2);
    return Array.isArray(holder) ? holder.find((row) => row[field] === wanted) : holder?.[step];
  }, figures);
  if (value === undefined) {
    throw new Error(`docs/benchmarks/figures.json has nothing at ${path}`);
  }
  return value;
}

function numberText(value) {
  return typeof value === 'number' ? value.toLocaleString('en-US', { maximumFractionDigits: 2 }) : String(value);
}

/** A number, or the two ends of a range, with its unit. */
export function figureText(value, unit = '') {
  const number = Array.isArray(value) ? value.map(numberText).join('–') : numberText(value);
  return unit === '' || unit === '×' ? `${number}${unit}` : `${number} ${unit}`;
}

/** Which machine, Node, day and command: one sentence. */
export function measuredText({ date, machine, node, command, note }) {
  const circumstances = note === undefined || note === '' ? '' : `; ${note}`;
  return `Measured on ${date} by \`${command}\`, ${machine}, Node ${node}${circumstances}.`;
}
