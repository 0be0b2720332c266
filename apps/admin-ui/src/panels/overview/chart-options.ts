import type { Stats } from '@dcc-mcp/call-store/analytics';
import type uPlot from 'uplot';
import { language } from '../../state/preferences.ts';
import { duration, number } from '../../text/format.ts';
import { t } from '../../text/text.ts';

const HEIGHT_PIXELS = 170;
const PERCENTILE = 'ms';
/** The library's number for the right side; its enumeration exists for types only. */
// oxlint-disable-next-line typescript/no-unsafe-enum-assignment
const RIGHT: uPlot.Axis.Side.Right = 1;

/** Time in seconds, calls, failed ones, the 95th percentile: a column each. */
export function chartData({ timeseries }: Stats): uPlot.AlignedData {
  return [
    timeseries.map(({ t: at }) => Date.parse(at) / 1_000),
    timeseries.map(({ calls }) => calls),
    timeseries.map(({ failed }) => failed),
    timeseries.map(({ p95 = null }) => p95),
  ];
}

/** Bars of calls with the failed ones in front, and a line on a scale of its own. */
export function chartOptions(element: HTMLElement, onSelect: (from: number, to: number) => void): uPlot.Options {
  const colour = colourReader(element);
  return {
    width: element.clientWidth,
    height: HEIGHT_PIXELS,
    legend: { show: true },
    cursor: { drag: { x: true, y: false, setScale: false } },
    scales: { x: { time: true, range: withLastBar }, y: { range: fromZero }, [PERCENTILE]: { range: fromZero } },
    axes: axesOf(colour),
    series: seriesOf(colour),
    hooks: {
      setSelect: [
        (chart) => {
          if (chart.select.width > 0) {
            const { left, width } = chart.select;
            onSelect(chart.posToVal(left, 'x'), chart.posToVal(left + width, 'x'));
          }
        },
      ],
    },
  };
}

type Colour = (token: string) => string;

function axesOf(colour: Colour): uPlot.Axis[] {
  const axis = { stroke: colour('--ink-soft'), grid: { stroke: colour('--line'), width: 1 }, font: '11px system-ui' };
  return [
    { ...axis, values: (_, times) => times.map(timeLabel) },
    { ...axis, size: 44 },
    {
      ...axis,
      scale: PERCENTILE,
      side: RIGHT,
      size: 60,
      grid: { show: false },
      values: (_, all) => all.map(duration),
    },
  ];
}

function seriesOf(colour: Colour): uPlot.Series[] {
  return [
    { label: t('column.time'), value: (_, at) => (at === null ? '–' : timeLabel(at)) },
    { label: t('figure.calls'), value: countLabel, ...bars(colour('--upstream')) },
    { label: t('figure.failed'), value: countLabel, ...bars(colour('--bad')) },
    {
      label: 'p95',
      scale: PERCENTILE,
      stroke: colour('--warn'),
      width: 2,
      spanGaps: true,
      value: (_, millis) => duration(millis ?? undefined),
    },
  ];
}

function countLabel(_: uPlot, count: number | null): string {
  return count === null ? '–' : number(count);
}

function timeLabel(seconds: number): string {
  const format = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
  return new Intl.DateTimeFormat(language.value, format).format(new Date(seconds * 1_000));
}

/** A bucket begins at its time, so that the last one needs its width. */
function withLastBar({ data: [times] }: uPlot, from: number, to: number): uPlot.Range.MinMax {
  return [from, to + ((times[1] ?? 0) - (times[0] ?? 0))];
}

function fromZero(_: uPlot, __: number, to: number): uPlot.Range.MinMax {
  return [0, Math.max(to * 1.1, 1)];
}

/** Bars without the library's own path builder, which is no part of its type for options. */
function bars(fill: string): Partial<uPlot.Series> {
  return {
    fill,
    stroke: fill,
    width: 0,
    points: { show: false },
    paths: barPaths,
  };
}

const BAR_SHARE = 0.7;

// The library calls it with four.
// oxlint-disable-next-line max-params
const barPaths: uPlot.Series.PathBuilder = (chart, index, from, to) => {
  const path = new Path2D();
  const [times, values] = [chart.data[0], chart.data[index] ?? []];
  const zero = chart.valToPos(0, 'y', true);
  const step = Math.abs(chart.valToPos(times[1] ?? 0, 'x', true) - chart.valToPos(times[0] ?? 0, 'x', true));
  for (let at = from; at <= to; at += 1) {
    const value = values[at] ?? 0;
    if (value > 0) {
      const top = chart.valToPos(value, 'y', true);
      path.rect(chart.valToPos(times[at] ?? 0, 'x', true), top, step * BAR_SHARE, zero - top);
    }
  }
  return { stroke: path, fill: path };
};

/** The colour that a token has now: the chart is drawn, and knows no variables. */
function colourReader(element: HTMLElement): Colour {
  return (token) => {
    const probe = document.createElement('span');
    probe.style.color = `var(${token})`;
    element.append(probe);
    const { color } = getComputedStyle(probe);
    probe.remove();
    return color;
  };
}
