import type { ContentionEvent } from '@dcc-mcp/call-store';
import { Peek } from '../../parts/peek/peek.tsx';
import { term } from '../../parts/query/query-terms.ts';
import { Facts } from '../../parts/value/facts.tsx';
import { SeverityWord } from '../../parts/value/severity.tsx';
import { placeHref } from '../../state/place.ts';
import type { TextKey } from '../../text/en/en.ts';
import { fullTime } from '../../text/format.ts';
import { t } from '../../text/text.ts';
import style from './events.module.css';
import { around, isOwnEvent } from './leads-to.ts';

const MEANINGS: Readonly<Record<string, TextKey>> = {
  election_won: 'event.election_won',
  voluntary_yield: 'event.voluntary_yield',
  probe_booting: 'event.probe_booting',
  probe_ready: 'event.probe_ready',
  probe_unreachable: 'event.probe_unreachable',
  host_died: 'event.host_died',
  auto_deregister: 'event.auto_deregister',
  instance_exited: 'event.instance_exited',
  ghost_reaped: 'event.ghost_reaped',
};

/** One event of a server: what it means, and what else was then. */
export function EventPeek({ event: row }: { readonly event: ContentionEvent | undefined }) {
  return (
    <Peek
      label={t('panel.events')}
      title={<h2>{row?.event ?? t('panel.events')}</h2>}
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

function Summary({ row }: { readonly row: ContentionEvent }) {
  const { event, severity, reason, dcc_type: type, instance_id: id, timestamp } = row;
  const meaning = MEANINGS[event];
  const isOwn = isOwnEvent(event);
  return (
    <>
      {meaning !== undefined && <p>{t(meaning)}</p>}
      <Facts
        facts={[
          [t('events.severity'), <SeverityWord key="severity" severity={severity} />],
          [t('events.reason'), reason],
          [t('column.time'), fullTime(timestamp)],
          [
            isOwn ? t('events.gateway') : t('events.server'),
            isOwn ? (
              id
            ) : (
              <a key="server" href={placeHref({ panel: 'instances', instance: id })}>
                {type} {id}
              </a>
            ),
          ],
        ]}
      />
      {!isOwn && <ServerLinks instanceId={id} timestamp={timestamp} />}
    </>
  );
}

/** What else there is of a server around a time. */
export function ServerLinks({ instanceId, timestamp }: { readonly instanceId: string; readonly timestamp: string }) {
  return (
    <p class={style.links}>
      <a href={placeHref({ panel: 'calls', q: term('instance_id', instanceId), ...around(timestamp) })}>
        {t('events.callsThen')}
      </a>
      <a href={placeHref({ panel: 'output', instance: instanceId })}>{t('events.output')}</a>
    </p>
  );
}
