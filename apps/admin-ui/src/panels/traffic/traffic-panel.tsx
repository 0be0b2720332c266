import type { CaptureStatus } from '@dcc-mcp/admin-api';
import type { TrafficFrame } from '@dcc-mcp/call-store';
import { apiUrl } from '../../api/client.ts';
import { useAnswer } from '../../api/use-answer.ts';
import { timeColumn } from '../../parts/list/columns.tsx';
import { ListPanel } from '../../parts/list/list-panel.tsx';
import type { Column } from '../../parts/list/row-table.tsx';
import { CountStrip } from '../../parts/query/count-strip.tsx';
import { term } from '../../parts/query/query-terms.ts';
import { placeHref } from '../../state/place.ts';
import { bytes } from '../../text/format.ts';
import { t } from '../../text/text.ts';
import { CaptureLine, NoFrames } from './capture-line.tsx';
import { hasFrames, LEG_KEYS } from './capture-state.ts';
import { FramePeek } from './frame-peek.tsx';

/** Messages on the wire, without what they say; or why there are none. */
export function TrafficPanel() {
  const { answer } = useAnswer<{ readonly capture_status: CaptureStatus }>(apiUrl('traffic', { limit: 1 }));
  const status = answer?.capture_status;
  return (
    <ListPanel<TrafficFrame>
      title={t('panel.traffic')}
      kind="traffic"
      placeholder={t('traffic.placeholder')}
      columns={columns()}
      keyOf={({ row_id: id }) => id}
      isBad={({ http }) => (http?.status ?? 0) >= FIRST_FAILURE}
      strip={(list) => (
        <>
          {status !== undefined && <CaptureLine status={status} />}
          {status !== undefined && hasFrames(status) && (
            <CountStrip
              list={list}
              terms={[
                { label: t('traffic.failed'), term: `http.status>=${FIRST_FAILURE}`, isBad: true },
                ...Object.entries(LEG_KEYS).map(([leg, key]) => ({ label: t(key), term: term('leg', leg) })),
              ]}
            />
          )}
        </>
      )}
      peek={(id, row) => <FramePeek id={id} row={row} />}
      nothing={status === undefined ? '' : <NoFrames status={status} />}
      isOff={status !== undefined && !hasFrames(status)}
    />
  );
}

const FIRST_FAILURE = 400;

function columns(): readonly Column<TrafficFrame>[] {
  return [
    timeColumn(480),
    { id: 'leg', label: t('traffic.leg'), width: 'minmax(8.5rem, 1fr)', cell: ({ leg }) => t(LEG_KEYS[leg]) },
    {
      id: 'method',
      label: t('traffic.method'),
      width: 'minmax(7rem, 1.5fr)',
      cell: (row) => <a href={placeHref({ row: row.row_id })}>{nameOf(row)}</a>,
    },
    {
      id: 'tool',
      label: t('column.tool'),
      width: 'minmax(6rem, 1.5fr)',
      fromWidth: 720,
      cell: ({ tool }) => tool,
    },
    {
      id: 'transport',
      label: t('traffic.transport'),
      width: '5rem',
      fromWidth: 900,
      cell: ({ transport }) => transport,
    },
    {
      id: 'status',
      label: t('traffic.status'),
      width: '4rem',
      isNumber: true,
      fromWidth: 480,
      cell: ({ http }) => <HttpStatus status={http?.status} />,
    },
    {
      id: 'size',
      label: t('traffic.size'),
      width: '5rem',
      isNumber: true,
      cell: ({ size_bytes: size }) => bytes(size),
    },
    {
      id: 'trace',
      label: t('peek.trace'),
      width: '5.5rem',
      fromWidth: 620,
      cell: ({ trace_id: trace }) =>
        trace !== undefined && <a href={placeHref({ panel: 'traces', trace })}>{trace.slice(0, 8)}</a>,
    },
  ];
}

/** A message names its method; what is none is told by its request. */
function nameOf({ method, http }: TrafficFrame): string {
  return method ?? (http === undefined ? t('traffic.noMethod') : `${http.method} ${http.route}`);
}

function HttpStatus({ status }: { readonly status: number | undefined }) {
  if (status === undefined || status < FIRST_FAILURE) {
    return <span class="soft">{status}</span>;
  }
  return (
    <span class="bad">
      <span aria-hidden="true">✕</span> {status}
    </span>
  );
}
