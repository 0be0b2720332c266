import type { InstanceCard } from '@dcc-mcp/admin-api';
import { clock, longDuration } from '../../text/format.ts';
import { known } from '../../text/known.ts';
import { t } from '../../text/text.ts';
import { attentionOf, dayOf, STRIP_PIECE_MILLIS } from './instance-facts.ts';
import style from './instances.module.css';

/** The last 24 hours: the worse a piece was, the higher it stands. */
export function DayStrip({ strip }: { readonly strip: NonNullable<InstanceCard['strip']> }) {
  const label = dayOf(strip)
    .map(([state, pieces]) => `${stateText(state)} ${longDuration(pieces * STRIP_PIECE_MILLIS)}`)
    .join(' · ');
  return (
    <div class={`drawn ${style.strip}`} role="img" aria-label={`${t('instance.day')}: ${label}`}>
      {strip.map(({ t: at, state = 'unknown' }) => (
        <span key={at} class={style[classOf(state)]} title={`${clock(at)} ${stateText(state)}`} />
      ))}
    </div>
  );
}

function classOf(state: string): 'bad' | 'warn' | 'good' | 'none' {
  const attention = attentionOf(state);
  return attention === 'none' ? (state === 'ready' ? 'good' : 'none') : attention;
}

const KNOWN = {
  ready: 'instance.status.ready',
  booting: 'instance.status.booting',
  unreachable: 'instance.status.unreachable',
  stale: 'instance.status.stale',
  quarantined: 'instance.status.quarantined',
  idle: 'instance.status.idle',
  disabled: 'instance.status.disabled',
  unknown: 'instance.status.unknown',
} as const;

function stateText(state: string): string {
  const key = known(KNOWN, state);
  return key === undefined ? state : t(key);
}
