import type { Stats } from '@dcc-mcp/call-store/analytics';
import type { ComponentChildren } from 'preact';
import { term } from '../../parts/query/query-terms.ts';
import { ShareLegend } from '../../parts/value/share-bar.tsx';
import { placeHref } from '../../state/place.ts';
import { duration, number, percent } from '../../text/format.ts';
import { t } from '../../text/text.ts';
import style from './overview.module.css';
import { timesOf } from './problems.ts';

/** The numbers that say how it goes, each a link to the calls that it counts. */
export function Figures({ stats }: { readonly stats: Stats }) {
  const { total_calls: total, failed_calls: failed, success_rate: rate, latency_ms: latency, tokens } = stats;
  const calls = (q?: string): string => placeHref({ panel: 'calls', q, ...timesOf(stats) });
  return (
    <>
      <dl class={style.figures}>
        <Figure name={t('figure.calls')}>
          <a href={calls()}>{number(total)}</a>
        </Figure>
        <Figure name={t('figure.failed')}>
          <a href={calls('success=false')} class={failed > 0 ? 'bad' : undefined}>
            {number(failed)}
          </a>
        </Figure>
        <Figure name={t('figure.success')}>
          {rate === undefined ? '–' : <a href={calls('success=true')}>{percent(rate)}</a>}
        </Figure>
        {(['p50', 'p95', 'p99'] as const).map((name) => (
          <Figure key={name} name={name}>
            <a href={calls(`duration_ms>=${latency?.[name] ?? 0}`)}>{duration(latency?.[name])}</a>
          </Figure>
        ))}
        <Figure name={t('figure.tokens')}>{number(tokens.input + tokens.output)}</Figure>
        <Figure name={t('figure.overhead')}>{number(tokens.search + tokens.describe + tokens.tools_list)}</Figure>
      </dl>
      <div class={style.line}>
        <ul class={style.outcomes} aria-label={t('column.outcome')}>
          {Object.entries(stats.by_outcome)
            .toSorted(([, one], [, other]) => other - one)
            .map(([outcome, count]) => (
              <li key={outcome}>
                <a href={calls(term('outcome', outcome))}>
                  {outcome} <b>{number(count)}</b>
                </a>
              </li>
            ))}
        </ul>
        <ShareLegend shares={sharesOf(stats)} />
        <span class="soft">{t('figure.phases')}</span>
      </div>
    </>
  );
}

function Figure({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function sharesOf({ phases_ms: { queue, gateway, upstream } }: Stats) {
  return {
    ...(queue && { queue_ms: queue.p95 }),
    ...(gateway && { gateway_ms: gateway.p95 }),
    ...(upstream && { upstream_ms: upstream.p95 }),
  };
}
