import type { TrafficFrame } from '@dcc-mcp/call-store';
import { apiUrl } from '../../api/client.ts';
import { useAnswer } from '../../api/use-answer.ts';
import { Missing } from '../../parts/peek/missing.tsx';
import { Peek } from '../../parts/peek/peek.tsx';
import { term } from '../../parts/query/query-terms.ts';
import { type Fact, Facts } from '../../parts/value/facts.tsx';
import { placeHref } from '../../state/place.ts';
import { bytes, fullTime } from '../../text/format.ts';
import { t } from '../../text/text.ts';
import { LEG_KEYS } from './capture-state.ts';

/** One message: where it went, how large it was, and the headers that may be kept. */
export function FramePeek({ id, row }: { readonly id: string; readonly row: TrafficFrame | undefined }) {
  const url = apiUrl('traffic', { q: term('row_id', id), limit: 1 });
  const asked = useAnswer<{ readonly frames: readonly TrafficFrame[] }>(row === undefined ? url : undefined, {
    fixed: true,
  });
  const frame = row ?? asked.answer?.frames[0];
  return (
    <Peek
      label={t('panel.traffic')}
      title={
        <>
          <h2>{frame?.method ?? frame?.http?.route ?? t('panel.traffic')}</h2>
          {frame !== undefined && <span class="soft">{t(LEG_KEYS[frame.leg])}</span>}
        </>
      }
      tabs={[
        {
          id: 'summary',
          label: t('peek.summary'),
          content: () =>
            frame === undefined ? <Missing asked={asked} gone={t('traffic.gone')} /> : <Summary frame={frame} />,
        },
      ]}
    />
  );
}

function Summary({ frame }: { readonly frame: TrafficFrame }) {
  const { http, trace_id: trace, request_id: request, headers, identity } = frame;
  return (
    <>
      <Facts
        facts={[
          [t('column.time'), fullTime(frame.timestamp)],
          [t('traffic.size'), bytes(frame.size_bytes)],
          [t('traffic.http'), http && [http.method, http.route, http.status].join(' ')],
          [t('traffic.transport'), frame.transport],
          [t('column.tool'), frame.tool],
          [
            t('events.server'),
            frame.instance_id !== undefined && (
              <a href={placeHref({ panel: 'instances', instance: frame.instance_id })}>
                {frame.dcc_type} {frame.instance_id}
              </a>
            ),
          ],
          [t('peek.trace'), trace !== undefined && <a href={placeHref({ panel: 'traces', trace })}>{trace}</a>],
          [
            t('search.request'),
            request !== undefined && (
              <a href={placeHref({ q: term('request_id', request), row: undefined })}>{request}</a>
            ),
          ],
          [t('traffic.id'), frame.jsonrpc_id],
        ]}
      />
      <Named title={t('traffic.headers')} values={headers} />
      <Named title={t('traffic.identity')} values={identity} />
      <p class="soft">{t('traffic.noPayload')}</p>
    </>
  );
}

function Named({ title, values }: { readonly title: string; readonly values: Readonly<Record<string, string>> }) {
  const facts = Object.entries(values).map(([name, value]): Fact => [name, value]);
  return facts.length === 0 ? null : (
    <>
      <h3>{title}</h3>
      <Facts facts={facts} />
    </>
  );
}
