import type { GatewayHealth, TelemetryAnswer } from '@dcc-mcp/admin-api';
import { Section, SmallTable } from '../../parts/page/page.tsx';
import { Facts } from '../../parts/value/facts.tsx';
import { placeHref } from '../../state/place.ts';
import { ALL_TIME } from '../../state/time-range.ts';
import { bytes, duration, longDuration, number } from '../../text/format.ts';
import { t } from '../../text/text.ts';
import { fullestFirst } from './settings.ts';
import style from './telemetry.module.css';

/** Series of each instrument against what it may have, the fullest first. */
export function SeriesTable({ series }: { readonly series: NonNullable<TelemetryAnswer['series']> }) {
  return (
    <Section title={t('telemetry.series')} note={t('telemetry.series.note')}>
      <SmallTable
        label={t('telemetry.series')}
        heads={[t('telemetry.series.name'), t('telemetry.series.used'), t('telemetry.series.overflowed')]}
        rows={fullestFirst(series).map(({ name, used, budget, overflowed }) => [
          <code key="name">{name}</code>,
          <>
            <meter class={style.meter} min={0} max={budget} value={used} aria-label={name} /> {number(used)} /{' '}
            {number(budget)}
          </>,
          overflowed > 0 && <span class="warn">▲ {number(overflowed)}</span>,
        ])}
      />
    </Section>
  );
}

/** Where the rows of a store are looked at. */
const PANELS: Readonly<Record<string, string>> = {
  calls: 'calls',
  traces: 'traces',
  searches: 'search',
  events: 'events',
  decisions: 'governance',
  frames: 'traffic',
};

/** How full the stores of the gateway are, and what they let go. */
export function StoreTable({ stores }: { readonly stores: GatewayHealth['stores'] }) {
  return (
    <Section title={t('telemetry.stores')} note={t('telemetry.stores.note')}>
      <SmallTable
        label={t('telemetry.stores')}
        heads={[
          t('telemetry.store.name'),
          t('telemetry.store.rows'),
          t('telemetry.store.capacity'),
          t('telemetry.store.dropped'),
          t('telemetry.store.file'),
        ]}
        rows={Object.entries(stores).map(storeRow)}
      />
    </Section>
  );
}

/** A store that is a file may not know its rows. */
type Store = Partial<GatewayHealth['stores'][string]>;

function storeRow([name, store]: readonly [string, Store]) {
  const { rows, capacity, dropped = 0, bytes: size, file, last_error: error } = store;
  const panel = PANELS[name];
  return [
    <code key="name">{name}</code>,
    panel === undefined || rows === undefined ? (
      rows !== undefined && number(rows)
    ) : (
      <a key="rows" href={placeHref({ panel, ...ALL_TIME })}>
        {number(rows)}
      </a>
    ),
    capacity !== undefined && number(capacity),
    number(dropped),
    <>
      {file !== undefined && <code>{file}</code>} {size !== undefined && bytes(size)}
      {error !== undefined && (
        <p class="bad">
          <span aria-hidden="true">✕ </span>
          {error}
        </p>
      )}
    </>,
  ];
}

/** What the gateway itself takes. */
export function OwnCost({
  health,
  tookMillis,
}: {
  readonly health: GatewayHealth;
  readonly tookMillis?: number | undefined;
}) {
  return (
    <Section title={t('telemetry.own')}>
      <Facts
        facts={[
          [t('telemetry.own.version'), health.version],
          [t('telemetry.own.uptime'), longDuration(health.uptime_secs * 1_000)],
          [t('telemetry.own.memory'), bytes(health.rss_bytes)],
          [t('telemetry.own.running'), number(health.in_flight)],
          [t('telemetry.own.sessions'), number(health.sessions)],
          [t('telemetry.own.streams'), number(health.streams)],
          [t('telemetry.own.took'), tookMillis !== undefined && duration(tookMillis)],
          ...Object.entries(health.limits).map(([name, value]) => [name, String(value)] as const),
        ]}
      />
    </Section>
  );
}
