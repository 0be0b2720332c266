import type { CallRow } from '@dcc-mcp/call-store';
import type { Stats } from '@dcc-mcp/call-store/analytics';
import { apiUrl } from '../../api/client.ts';
import { connection } from '../../api/connection.ts';
import { useAnswer } from '../../api/use-answer.ts';
import { placeHref } from '../../state/place.ts';
import { ALL_TIME } from '../../state/time-range.ts';
import { clock, longDuration } from '../../text/format.ts';
import { t } from '../../text/text.ts';
import { lastFailure } from './last-failure.ts';
import style from './overview.module.css';

interface FailedCalls {
  readonly calls: readonly CallRow[];
  readonly dropped?: number;
}

const FAILED = 'success=false';

/** That nothing asks for attention, and since when no call has failed. */
export function Healthy({ stats }: { readonly stats: Stats }) {
  const failed = useAnswer<FailedCalls>(apiUrl('calls', { q: FAILED, limit: 1 })).answer;
  const { health } = connection.value;
  const uptime = (health?.uptime_secs ?? 0) * 1_000;
  return (
    <p class={style.healthy} role="status">
      <span class="good" aria-hidden="true">
        ●
      </span>{' '}
      {t('overview.healthy', { uptime: longDuration(uptime) })}{' '}
      {failed !== undefined && health !== undefined && (
        <Since failed={failed} keptSince={stats.retained_since} startedAt={Date.parse(stats.until) - uptime} />
      )}
    </p>
  );
}

function Since(sources: Parameters<typeof lastFailure>[0]) {
  const last = lastFailure(sources);
  if (last.kind !== 'call') {
    return <>{last.kind === 'start' ? t('healthy.start') : t('healthy.kept', { since: clock(last.since) })}</>;
  }
  const href = placeHref({ panel: 'calls', q: FAILED, row: last.id, ...ALL_TIME });
  return <a href={href}>{t('healthy.since', { time: clock(last.at) })}</a>;
}
