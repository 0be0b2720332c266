import type { Stats } from '@dcc-mcp/call-store/analytics';
import { useEffect, useRef, useState } from 'preact/hooks';
import type uPlot from 'uplot';
import { NotLoaded } from '../../parts/empty/later.tsx';
import { go } from '../../state/place.ts';
import { theme } from '../../state/preferences.ts';
import { clock, duration, number, zone } from '../../text/format.ts';
import { t } from '../../text/text.ts';
import { chartData, chartOptions } from './chart-options.ts';
import style from './overview.module.css';

/** Calls, failures and the 95th percentile over time. A part that is dragged over opens its calls. */
export function TimeChart({ stats }: { readonly stats: Stats }) {
  const element = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | undefined>(undefined);
  const [isMissing, setMissing] = useState(false);
  const colours = theme.value;
  useEffect(() => {
    const { current } = element;
    let isGone = false;
    if (current !== null) {
      const draw = async (): Promise<void> => {
        const Chart = await loadChart();
        chart.current = isGone ? undefined : new Chart(chartOptions(current, openTimes), chartData(stats), current);
      };
      draw().catch(() => setMissing(true));
    }
    const resized = new ResizeObserver(() =>
      chart.current?.setSize({ width: current?.clientWidth ?? 0, height: chart.current.height }),
    );
    if (current !== null) {
      resized.observe(current);
    }
    return () => {
      isGone = true;
      resized.disconnect();
      chart.current?.destroy();
      chart.current = undefined;
    };
  }, [colours]);
  useEffect(() => chart.current?.setData(chartData(stats)), [stats]);
  if (isMissing) {
    return <NotLoaded />;
  }
  const worst = stats.timeseries.toSorted((one, other) => other.failed - one.failed)[0];
  return (
    <figure class={style.chart}>
      <div
        ref={element}
        role="img"
        aria-label={t('chart.label', {
          calls: number(stats.total_calls),
          failed: number(stats.failed_calls),
          p95: duration(stats.latency_ms?.p95),
          worst: worst === undefined || worst.failed === 0 ? '–' : clock(worst.t),
        })}
      />
      <figcaption class="soft">{t('chart.caption', { zone: zone() })}</figcaption>
    </figure>
  );
}

async function loadChart(): Promise<typeof uPlot> {
  const [{ default: Chart }] = await Promise.all([import('uplot'), import('uplot/dist/uPlot.min.css')]);
  return Chart;
}

function openTimes(fromSeconds: number, toSeconds: number): void {
  const [since, until] = [fromSeconds, toSeconds].map((seconds) => new Date(seconds * 1_000).toISOString());
  go({ panel: 'calls', since, until, range: undefined });
}
