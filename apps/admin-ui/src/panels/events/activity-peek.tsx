import type { ActivityRow } from '@dcc-mcp/call-store';
import { Peek } from '../../parts/peek/peek.tsx';
import { term } from '../../parts/query/query-terms.ts';
import { Facts } from '../../parts/value/facts.tsx';
import { SeverityWord } from '../../parts/value/severity.tsx';
import { placeHref } from '../../state/place.ts';
import { fullTime } from '../../text/format.ts';
import { t } from '../../text/text.ts';
import { ServerLinks } from './event-peek.tsx';
import { isOwnEvent, leadsTo } from './leads-to.ts';

/** One entry of the feed with the ids that lead on from it. */
export function ActivityPeek({
  row,
  onClose,
}: {
  readonly row: ActivityRow | undefined;
  readonly onClose: () => void;
}) {
  return (
    <Peek
      label={t('panel.events')}
      onClose={onClose}
      title={<h2>{row === undefined ? t('panel.events') : row.kind}</h2>}
      tabs={[
        {
          id: 'summary',
          label: t('peek.summary'),
          content: () => (row === undefined ? <p role="status">{t('events.gone')}</p> : <Summary row={row} />),
        },
      ]}
    />
  );
}

function Summary({ row }: { readonly row: ActivityRow }) {
  const { message, severity, status, timestamp, correlation } = row;
  const { instance_id: instanceId } = correlation;
  return (
    <>
      <p>
        <a href={placeHref(leadsTo(row))}>{message}</a>
      </p>
      <Facts
        facts={[
          [t('events.severity'), <SeverityWord key="severity" severity={severity} />],
          [t('activity.status'), status],
          [t('column.time'), fullTime(timestamp)],
        ]}
      />
      <h3>{t('activity.same')}</h3>
      <Facts
        facts={Object.entries(correlation).map(([name, value]) => [
          name,
          <a key={name} href={placeHref({ q: term(name, value), row: undefined })}>
            {value}
          </a>,
        ])}
      />
      {instanceId !== undefined && !isOwnEvent(status) && <ServerLinks instanceId={instanceId} timestamp={timestamp} />}
    </>
  );
}
