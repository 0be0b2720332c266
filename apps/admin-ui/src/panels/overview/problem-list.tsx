import type { GovernanceAnswer, InstancesAnswer, TelemetryAnswer } from '@dcc-mcp/admin-api';
import type { SearchTelemetry, Stats } from '@dcc-mcp/call-store/analytics';
import { apiUrl } from '../../api/client.ts';
import { connection } from '../../api/connection.ts';
import { useAnswer } from '../../api/use-answer.ts';
import { placeHref } from '../../state/place.ts';
import { t } from '../../text/text.ts';
import { Healthy } from './healthy.tsx';
import style from './overview.module.css';
import { problemsOf } from './problems.ts';

/** One line for each problem, worst first; where there is none, since when. */
export function Problems({ stats }: { readonly stats: Stats | undefined }) {
  const instances = useAnswer<InstancesAnswer>(apiUrl('instances')).answer;
  const telemetry = useAnswer<TelemetryAnswer>(apiUrl('telemetry')).answer;
  const governance = useAnswer<GovernanceAnswer>(apiUrl('governance')).answer;
  const searches = useAnswer<SearchTelemetry>(apiUrl('search-telemetry', { limit: 1 })).answer;
  const { health } = connection.value;
  if (stats === undefined || instances === undefined) {
    return null;
  }
  const problems = problemsOf({
    stats,
    instances: instances.instances,
    signals: telemetry?.signals,
    stores: health?.stores,
    keys: health?.authentication?.keys,
    shared: health?.shared_state,
    governance,
    zeroResultRate: searches?.stats.zero_result_rate,
  });
  if (problems.length === 0) {
    return <Healthy stats={stats} />;
  }
  return (
    <ul class={style.problems} aria-label={t('overview.problems')}>
      {problems.map(({ severity, key, values, place }) => (
        <li key={`${key} ${Object.values(values).join()}`} class={style[severity]}>
          <a href={placeHref(place)}>
            <span class={severity} aria-hidden="true">
              {severity === 'bad' ? '✕' : '▲'}
            </span>{' '}
            {t(key, values)}
          </a>
        </li>
      ))}
    </ul>
  );
}
