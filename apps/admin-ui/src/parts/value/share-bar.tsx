import { duration } from '../../text/format.ts';
import { t } from '../../text/text.ts';
import style from './value.module.css';

/** Where the time went, in milliseconds. */
export interface Shares {
  readonly queue_ms?: number;
  readonly gateway_ms?: number;
  readonly upstream_ms?: number;
}

const PARTS = ['queue', 'gateway', 'upstream'] as const;

/** Where the time of a call went, as parts of one bar. */
export function ShareBar({ shares }: { readonly shares: Shares }) {
  const all = PARTS.reduce((sum, part) => sum + (shares[`${part}_ms`] ?? 0), 0);
  const label = PARTS.filter((part) => shares[`${part}_ms`] !== undefined)
    .map((part) => `${t(`share.${part}`)} ${duration(shares[`${part}_ms`])}`)
    .join(' · ');
  // Nobody knows of a call that never began.
  return label === '' ? null : (
    <span class={`drawn ${style.shares}`} role="img" aria-label={label} title={label}>
      {PARTS.map((part) => (
        <span
          key={part}
          class={style[part]}
          style={{ width: `${all === 0 ? 0 : ((shares[`${part}_ms`] ?? 0) / all) * 100}%` }}
        />
      ))}
    </span>
  );
}

/** The same with a name and a duration for each part. */
export function ShareLegend({ shares }: { readonly shares: Shares }) {
  return (
    <ul class={style.legend}>
      {PARTS.filter((part) => shares[`${part}_ms`] !== undefined).map((part) => (
        <li key={part}>
          <span class={`drawn ${style.dot} ${style[part]}`} aria-hidden="true" />
          {t(`share.${part}`)} <b>{duration(shares[`${part}_ms`])}</b>
        </li>
      ))}
    </ul>
  );
}
