// A small line chart as SVG: values over days, from zero, and a dashed line at a budget.
import { escapeMarkup } from './markup.mjs';

const WIDTH = 260;
const HEIGHT = 96;
const LEFT = 4;
const RIGHT = 4;
const TOP = 10;
const BOTTOM = 80;
const DAY_MILLIS = 86_400_000;
const short = (value) => Number(value.toFixed(1));

/**
 * @param points `{ date, value, text }`, oldest first, at least one; `date` as `2026-11-30`, `text` is the value with its unit.
 * @param label What the values are, for whoever does not see them.
 * @param budget Where the dashed line is drawn, if anywhere.
 */
export function lineChart(points, { label, budget }) {
  const days = points.map(({ date }) => Date.parse(date) / DAY_MILLIS);
  const span = Math.max(1, days.at(-1) - days[0]);
  const top = Math.max(budget ?? 0, ...points.map(({ value }) => value)) * 1.1 || 1;
  const floor = Math.min(0, ...points.map(({ value }) => value));
  const x = (day) => short(LEFT + 4 + ((day - days[0]) / span) * (WIDTH - LEFT - RIGHT - 8));
  const y = (value) => short(BOTTOM - ((value - floor) / (top - floor)) * (BOTTOM - TOP));
  const places = points.map(({ value }, index) => `${x(days[index])},${y(value)}`);
  const dots = points.map(
    ({ date, text }, index) =>
      `<circle class="point" cx="${places[index].replace(',', '" cy="')}" r="2.5"><title>${date}: ${escapeMarkup(text)}</title></circle>`,
  );
  const said = points.map(({ date, text }) => `${date} ${text}`).join(', ');
  const dashed =
    budget === undefined
      ? ''
      : `<line class="budget" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(budget)}" y2="${y(budget)}"/>`;
  const last =
    points.length > 1
      ? `<text x="${WIDTH - RIGHT}" y="${HEIGHT - 4}" text-anchor="end">${points.at(-1).date}</text>`
      : '';
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeMarkup(`${label}: ${said}`)}">
<line class="axis" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${BOTTOM}" y2="${BOTTOM}"/>${dashed}
<polyline class="line" points="${places.join(' ')}"/>${dots.join('')}
<text x="${LEFT}" y="${HEIGHT - 4}">${points[0].date}</text>${last}
</svg>`;
}
