import type { SearchRow } from '@dcc-mcp/call-store';
import { apiUrl } from '../../api/client.ts';
import { useAnswer } from '../../api/use-answer.ts';
import { Missing } from '../../parts/peek/missing.tsx';
import { Peek } from '../../parts/peek/peek.tsx';
import { term } from '../../parts/query/query-terms.ts';
import { Facts } from '../../parts/value/facts.tsx';
import { KindIcon } from '../../parts/value/kind-icon.tsx';
import { OutcomeWord } from '../../parts/value/outcome.tsx';
import { placeHref } from '../../state/place.ts';
import { duration, fullTime, number, time } from '../../text/format.ts';
import { t } from '../../text/text.ts';
import { chainOf, chosenRankOf } from './search-figures.ts';
import style from './search.module.css';

interface Searches {
  readonly searches: readonly SearchRow[];
}

/** One search: what it found, what followed, and how it was worded before and after. */
export function SearchPeek({ id, row }: { readonly id: string; readonly row: SearchRow | undefined }) {
  const url = apiUrl('search-telemetry', { q: term('row_id', id), limit: 1 });
  const asked = useAnswer<Searches>(row === undefined ? url : undefined);
  const search = row ?? asked.answer?.searches[0];
  const tabs = [
    { id: 'hits', label: t('search.hits'), show: Hits },
    { id: 'followups', label: t('search.followed'), show: FollowUps },
    { id: 'chain', label: t('search.chain'), show: Chain },
    { id: 'details', label: t('search.details'), show: Details },
  ];
  return (
    <Peek
      label={t('panel.search')}
      title={
        <>
          <h2>{search?.query_preview || t('search.empty')}</h2>
          {search?.zero_results === true && <OutcomeWord outcome="zero_results" />}
        </>
      }
      tabs={tabs.map(({ id: tab, label, show: Show }) => ({
        id: tab,
        label,
        content: () =>
          search === undefined ? <Missing asked={asked} gone={t('search.gone')} /> : <Show search={search} />,
      }))}
    />
  );
}

interface OfSearch {
  readonly search: SearchRow;
}

function Hits({ search }: OfSearch) {
  const { hits, total, followups } = search;
  const chosen = new Set(followups.map(({ selected_rank: rank }) => rank));
  if (hits.length === 0) {
    return <p>{t('search.noHits')}</p>;
  }
  return (
    <>
      {total > hits.length && (
        <p class="soft">{t('search.firstHits', { shown: number(hits.length), all: number(total) })}</p>
      )}
      <table class={style.hits}>
        <thead>
          <tr>
            <th class="number">{t('search.rank')}</th>
            <th>{t('column.tool')}</th>
            <th class="number">{t('search.score')}</th>
            <th>{t('search.reasons')}</th>
          </tr>
        </thead>
        <tbody>
          {hits.map(({ rank, tool_slug: slug, score, match_reasons: reasons }) => (
            <tr key={rank} class={chosen.has(rank) ? style.chosen : undefined}>
              <td class="number">{rank}</td>
              <td>
                <a href={placeHref({ panel: 'calls', q: term('tool', slug) })}>{slug}</a>
                {chosen.has(rank) && <b> ✓ {t('search.wasChosen')}</b>}
              </td>
              <td class="number">{number(Math.round(score * 100) / 100)}</td>
              <td class="soft">{reasons.join(', ')}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

function FollowUps({ search: { followups } }: OfSearch) {
  if (followups.length === 0) {
    return <p>{t('search.noFollowups')}</p>;
  }
  return (
    <ol class={style.followups}>
      {followups.map((each) => (
        <li key={`${each.request_id} ${each.kind}`}>
          <KindIcon kind={each.kind} />
          <span>
            <a href={placeHref({ panel: 'traces', trace: each.request_id })}>
              {each.tool_slug ?? t(`kind.${each.kind}`)}
            </a>
            {each.selected_rank !== undefined && (
              <span class="soft"> {t('workflows.chosen', { n: each.selected_rank })}</span>
            )}
          </span>
          {each.success ? <span class="soft">ok</span> : <OutcomeWord outcome={t('search.failed')} />}
          <time class="number soft" dateTime={each.timestamp} title={fullTime(each.timestamp)}>
            +{duration(each.elapsed_ms)}
          </time>
        </li>
      ))}
    </ol>
  );
}

/** The searches of the same session that ask for the same in other words. */
function Chain({ search }: OfSearch) {
  const { session_id: session, trace_id: trace } = search;
  const q = session === undefined ? term('trace_id', trace) : term('session_id', session);
  const asked = useAnswer<Searches>(apiUrl('search-telemetry', { q, limit: 1_000 }), { fixed: true });
  const chain = chainOf(asked.answer?.searches ?? [search], search.search_id);
  if (chain.length < 2) {
    return <Missing asked={asked} gone={t('search.noChain')} />;
  }
  return (
    <ol class={style.followups}>
      {chain.map((each, index) => (
        <li key={each.row_id} aria-current={each.row_id === search.row_id ? 'true' : undefined}>
          <span class="number soft">{index + 1}</span>
          <a href={placeHref({ row: each.row_id })}>{each.query_preview}</a>
          <ChainEnd search={each} />
          <time class="number soft" dateTime={each.timestamp} title={fullTime(each.timestamp)}>
            {time(each.timestamp)}
          </time>
        </li>
      ))}
    </ol>
  );
}

function ChainEnd({ search: { zero_results: none, followups, total } }: OfSearch) {
  const rank = chosenRankOf(followups);
  if (none) {
    return <OutcomeWord outcome="zero_results" />;
  }
  return (
    <span class="soft">
      {rank === undefined ? t('search.unused', { n: number(total) }) : t('workflows.chosen', { n: rank })}
    </span>
  );
}

function Details({ search }: OfSearch) {
  const { filters, session_id: session, request_id: request } = search;
  const asked = Object.entries(filters).filter(([name]) => name !== 'meta');
  return (
    <Facts
      facts={[
        [t('search.kind'), search.kind],
        [t('search.filters'), asked.map(([name, value]) => `${name}=${String(value)}`).join(' ')],
        [t('column.time'), fullTime(search.timestamp)],
        [t('column.agent'), search.agent_name ?? search.agent_id],
        [t('workflows.success'), search.first_success_ms !== undefined && duration(search.first_success_ms)],
        [t('search.ranker'), search.ranker_version],
        [t('search.generation'), number(search.index_generation)],
        [
          t('search.request'),
          <a key="request" href={placeHref({ panel: 'traces', trace: request })}>
            {request}
          </a>,
        ],
        [
          t('workflows.session'),
          session !== undefined && (
            <a href={placeHref({ panel: 'workflows', q: term('session_id', session) })}>{session}</a>
          ),
        ],
      ]}
    />
  );
}
