import type { SearchTelemetry } from '@dcc-mcp/call-store/analytics';
import { apiUrl, request } from '../../api/client.ts';
import type { RowListRequest } from '../../api/row-list.ts';
import { useAnswer } from '../../api/use-answer.ts';
import { term } from '../../parts/query/query-terms.ts';
import { CopyButton } from '../../parts/value/copy.tsx';
import { type PlaceChanges, placeHref } from '../../state/place.ts';
import { ALL_TIME } from '../../state/time-range.ts';
import { clock, duration, number, percent } from '../../text/format.ts';
import { t } from '../../text/text.ts';
import { type SearchFigure, searchFigures } from './search-figures.ts';
import style from './search.module.css';

/** The figures are of all that is kept, so that is what their links show. */
function allThat(q: string | undefined): PlaceChanges {
  return { q, ...ALL_TIME, row: undefined };
}

/** How well the searches that are kept led to tools: each figure leads to the searches it counts. */
export function SearchQuality({ listed }: { readonly listed: RowListRequest }) {
  const { answer } = useAnswer<SearchTelemetry>(apiUrl('search-telemetry', { limit: 1 }));
  if (answer === undefined || answer.stats.total_searches === 0) {
    return null;
  }
  const { stats } = answer;
  return (
    <section aria-label={t('panel.search')} class={style.quality}>
      <ul class={style.figures}>
        {searchFigures(stats).map((figure) => (
          <Figure key={figure.name} figure={figure} />
        ))}
        {stats.mean_selected_rank !== undefined && (
          <li>
            <a class={style.figure} href={placeHref(allThat('followups.selected_rank>=1'))}>
              <b>{number(Math.round(stats.mean_selected_rank * 10) / 10)}</b>
              <span>{t('search.meanRank')}</span>
              <span class="soft">{t('search.ofThose', { n: number(stats.selected_count) })}</span>
            </a>
          </li>
        )}
        {stats.time_to_first_success_ms !== undefined && (
          <li>
            <a class={style.figure} href={placeHref(allThat('first_success_ms>=0'))}>
              <b>{duration(stats.time_to_first_success_ms.p50)}</b>
              <span>{t('search.firstSuccess')}</span>
              <span class="soft">p95 {duration(stats.time_to_first_success_ms.p95)}</span>
            </a>
          </li>
        )}
      </ul>
      <Findings telemetry={answer} listed={listed} />
    </section>
  );
}

function Figure({ figure: { name, means, rate, count, total, q, isBad } }: { readonly figure: SearchFigure }) {
  return (
    <li>
      <a class={style.figure} href={placeHref(allThat(q))}>
        <b class={isBad && count > 0 ? 'warn' : undefined}>
          {isBad && count > 0 && <span aria-hidden="true">▲ </span>}
          {percent(rate)}
        </b>
        <span>{t(means)}</span>
        <span class="soft">
          {name.startsWith('hit') && `${name} · `}
          {t('search.countOf', { count: number(count), total: number(total) })}
        </span>
      </a>
    </li>
  );
}

/** What was asked in vain, what is never chosen, and the pairs that a ranker learns from. */
function Findings({ telemetry, listed }: { readonly telemetry: SearchTelemetry; readonly listed: RowListRequest }) {
  const { top_zero_result_queries: zero, never_selected_tools: never, stats } = telemetry;
  return (
    <div class={style.findings}>
      <a href={placeHref(allThat(undefined))}>{t('search.kept', { n: number(stats.total_searches) })}</a>
      {zero.length > 0 && (
        <details>
          <summary>{t('search.topZero', { n: number(zero.length) })}</summary>
          <ol class={style.found}>
            {zero.map(({ query_preview: query, count, last_at: last }) => (
              <li key={query}>
                <a href={placeHref(allThat(`zero_results=true ${term('query_preview', query)}`))}>{query}</a>
                <span class="number">{number(count)}×</span>
                <span class="soft">{clock(last)}</span>
              </li>
            ))}
          </ol>
        </details>
      )}
      {never.length > 0 && (
        <details>
          <summary>{t('search.never', { n: number(never.length) })}</summary>
          <ol class={style.found}>
            {never.map((slug) => (
              <li key={slug}>
                <a href={placeHref(allThat(term('hits.tool_slug', slug)))}>{slug}</a>
              </li>
            ))}
          </ol>
        </details>
      )}
      <CopyButton label={t('search.copyPairs')} text={() => labelledPairs(listed)} />
    </div>
  );
}

/** Of the searches that are listed, as JSON lines. */
async function labelledPairs({ q, since, until }: RowListRequest): Promise<string> {
  const url = apiUrl('export', { kind: 'searches', format: 'jsonl', q, since, until });
  const response = await request(url, { signal: AbortSignal.timeout(60_000), headers: {} });
  return response.text();
}
