import type { GovernanceAnswer } from '@dcc-mcp/admin-api';
import { Section, SmallTable } from '../../parts/page/page.tsx';
import { TimeCell } from '../../parts/value/time-cell.tsx';
import { placeHref } from '../../state/place.ts';
import { number } from '../../text/format.ts';
import { t } from '../../text/text.ts';
import style from './governance.module.css';
import { openCircuits } from './policy-words.ts';

/** How much each caller may do, and how it stands. */
export function Limits({ quota }: { readonly quota: GovernanceAnswer['quota'] }) {
  const {
    rate_per_minute: rate,
    concurrency_per_principal: most,
    principals_tracked: callers,
    throttled_total: throttled,
    loop,
  } = quota;
  return (
    <Section title={t('governance.limits')}>
      <ul class={style.sentences}>
        <li>{rate === undefined ? t('governance.rate.none') : t('governance.rate', { n: number(rate) })}</li>
        <li>
          {most === undefined ? t('governance.concurrency.none') : t('governance.concurrency', { n: number(most) })}
        </li>
        {budgetsOf(quota).map((line) => (
          <li key={line}>{line}</li>
        ))}
        {loop !== undefined && (
          <li>
            {t(loop.refused ? 'governance.loop.refused' : 'governance.loop', {
              n: number(loop.calls),
              seconds: number(loop.window_secs),
            })}
          </li>
        )}
        {loop !== undefined && loop.seen_total > 0 && (
          <li class="warn">
            <span aria-hidden="true">▲ </span>
            {t('governance.loop.seen', { n: number(loop.seen_total) })}
          </li>
        )}
        {callers !== undefined && <li>{t('governance.callers', { n: number(callers) })}</li>}
        {throttled !== undefined && throttled > 0 && (
          <li class="warn">
            <span aria-hidden="true">▲ </span>
            {t('governance.throttled', { n: number(throttled) })}
          </li>
        )}
        <li class="soft">{t(`governance.quotaStore.${quota.store}`)}</li>
      </ul>
    </Section>
  );
}

/** What calls of some tools have, in words. */
function budgetsOf(quota: GovernanceAnswer['quota']): readonly string[] {
  const { read_only_rate_per_minute: reads, destructive_rate_per_minute: destroys } = quota;
  return [
    ...(reads === undefined ? [] : [t('governance.budget.readOnly', { n: number(reads) })]),
    ...(destroys === undefined ? [] : [t('governance.budget.destructive', { n: number(destroys) })]),
    ...Object.entries(quota.tool_rates_per_minute ?? {}).map(([name, rate]) =>
      t('governance.budget.tool', { name, n: number(rate) }),
    ),
  ];
}

/** Servers that no call is sent to for now; nothing where there is none. */
export function Circuits({ circuits }: { readonly circuits: GovernanceAnswer['circuits'] }) {
  const open = openCircuits(circuits);
  return open.length === 0 ? null : (
    <Section title={t('governance.circuits')} note={t('governance.circuits.note')}>
      <SmallTable
        label={t('governance.circuits')}
        heads={[
          t('instance.id'),
          t('governance.circuit.state'),
          t('instance.failures'),
          t('governance.circuit.since'),
          t('governance.circuit.again'),
        ]}
        rows={open.map(({ instance_id: id, state, failures, opens_at: opensAt, closes_at: closesAt }) => [
          <a key="instance" href={placeHref({ panel: 'instances', instance: id })}>
            <code>{id.slice(0, 8)}</code>
          </a>,
          <b key="state" class="warn">
            <span aria-hidden="true">▲ </span>
            {state}
          </b>,
          failures !== undefined && number(failures),
          opensAt !== undefined && <TimeCell key="since" timestamp={opensAt} />,
          closesAt !== undefined && <TimeCell key="again" timestamp={closesAt} />,
        ])}
      />
    </Section>
  );
}
