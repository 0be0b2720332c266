import type { Stats } from '@dcc-mcp/call-store/analytics';
import { apiUrl } from '../../api/client.ts';
import { useAnswer } from '../../api/use-answer.ts';
import { Empty } from '../../parts/empty/empty.tsx';
import { Loading } from '../../parts/empty/loading.tsx';
import { Refused } from '../../parts/empty/refused.tsx';
import { place, placeHref } from '../../state/place.ts';
import { ALL_TIME } from '../../state/time-range.ts';
import { clock, number } from '../../text/format.ts';
import { t } from '../../text/text.ts';
import { Figures } from './figures.tsx';
import style from './overview.module.css';
import { Problems } from './problem-list.tsx';
import { TimeChart } from './time-chart.tsx';
import { TopErrors } from './top-errors.tsx';
import { TopTables } from './top-tables.tsx';

/** Whether it is healthy, where the risk is, and what to click next. */
export function OverviewPanel() {
  const { range = '1h' } = place.value;
  const { answer: stats, refusal } = useAnswer<Stats>(apiUrl('stats', { range: statsRange(range) }));
  return (
    <div class={style.overview}>
      <h1 class="hidden">{t('panel.overview')}</h1>
      <Problems stats={stats} />
      {refusal !== undefined && <Refused refusal={refusal} />}
      {stats === undefined ? refusal === undefined && <Loading /> : <Numbers stats={stats} />}
    </div>
  );
}

/** Statistics are of an hour, a day or a week. */
function statsRange(range: string): string {
  return range === '24h' || range === '7d' ? range : '1h';
}

function Numbers({ stats }: { readonly stats: Stats }) {
  const { retained_since: since } = stats;
  if (stats.total_calls === 0) {
    return (
      <Empty action={{ href: placeHref({ panel: 'calls', ...ALL_TIME }), label: t('empty.range.action') }}>
        {t('overview.nothing')}
      </Empty>
    );
  }
  return (
    <>
      {!stats.complete && since !== undefined && (
        <p class="soft" role="note">
          {t('overview.incomplete', { since: clock(since) })}
        </p>
      )}
      <Figures stats={stats} />
      <TimeChart stats={stats} />
      <TopErrors stats={stats} />
      <TopTables stats={stats} />
      {stats.unused_tools_count > 0 && (
        <p class="soft">{t('overview.unused', { n: number(stats.unused_tools_count) })}</p>
      )}
    </>
  );
}
