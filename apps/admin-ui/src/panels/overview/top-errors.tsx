import type { Stats, TopError } from '@dcc-mcp/call-store/analytics';
import { sameError } from '../../parts/query/same-error.ts';
import { OutcomeWord } from '../../parts/value/outcome.tsx';
import { TimeCell } from '../../parts/value/time-cell.tsx';
import { placeHref } from '../../state/place.ts';
import { number } from '../../text/format.ts';
import { t } from '../../text/text.ts';
import style from './overview.module.css';
import { timesOf } from './problems.ts';

/** What calls failed with most often: whose it was, since when, and exactly those calls. */
export function TopErrors({ stats }: { readonly stats: Stats }) {
  if (stats.top_errors.length === 0) {
    return null;
  }
  return (
    <table class={`${style.top} ${style.errors}`}>
      <caption>{t('top.errors')}</caption>
      <thead>
        <tr>
          <th scope="col">{t('top.message')}</th>
          <th scope="col" class={`${style.wide} ${style.whose}`}>
            {t('top.whose')}
          </th>
          <th scope="col">{t('figure.calls')}</th>
          <th scope="col" class={style.wide}>
            {t('top.toolCount')}
          </th>
          <th scope="col" class={style.wide}>
            {t('top.first')}
          </th>
          <th scope="col">{t('top.last')}</th>
        </tr>
      </thead>
      <tbody>
        {stats.top_errors.map((error) => (
          <ErrorLine key={sameError(error)} error={error} stats={stats} />
        ))}
      </tbody>
    </table>
  );
}

function ErrorLine({ error, stats }: { readonly error: TopError; readonly stats: Stats }) {
  return (
    <tr>
      <th scope="row">
        <div class={style.error}>
          <OutcomeWord outcome={error.outcome} />
          <span class="clip" title={error.message}>
            {error.message}
          </span>
        </div>
      </th>
      <td class={`${style.wide} ${style.whose}`}>{t(`whose.${error.who}`)}</td>
      <td>
        <a class="bad" href={placeHref({ panel: 'calls', q: sameError(error), ...timesOf(stats) })}>
          {number(error.count)}
        </a>
      </td>
      <td class={style.wide}>{number(error.tools)}</td>
      <td class={style.wide}>
        <TimeCell timestamp={error.first_at} />
      </td>
      <td>
        <TimeCell timestamp={error.last_at} />
      </td>
    </tr>
  );
}
