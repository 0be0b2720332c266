import type { InstanceCard } from '@dcc-mcp/admin-api';
import type { ComponentChildren } from 'preact';
import { LaterJsonView } from '../../parts/json/later-json-view.tsx';
import { term } from '../../parts/query/query-terms.ts';
import { CopyButton } from '../../parts/value/copy.tsx';
import { type Fact, Facts } from '../../parts/value/facts.tsx';
import { TimeCell } from '../../parts/value/time-cell.tsx';
import { placeHref } from '../../state/place.ts';
import { ALL_TIME } from '../../state/time-range.ts';
import { bytes, number } from '../../text/format.ts';
import { t } from '../../text/text.ts';
import { webLinks } from './instance-facts.ts';
import style from './instances.module.css';

/** Everything that is known of a server, and where to look on. */
export function CardDetails({ card }: { readonly card: InstanceCard }) {
  return (
    <div class={style.details}>
      <Onward card={card} />
      <Facts facts={[...whatItIs(card), ...howItRuns(card)]} />
      <LaterJsonView label={t('instance.json')} value={card} />
    </div>
  );
}

function whatItIs(card: InstanceCard): readonly Fact[] {
  const { server_info: server, skills } = card;
  const hasSkills = skills.loaded + skills.unloaded > 0;
  return [
    [t('instance.id'), <code key="id">{card.instance_id}</code>],
    [t('instance.server'), server && [server.name, server.version].join(' ')],
    [t('instance.app'), card.version],
    [t('instance.adapter'), card.adapter_version],
    [t('instance.scene'), card.scene],
    [t('instance.protocol'), card.protocol_version && `${card.protocol_version} (${card.era ?? ''})`],
    [t('instance.capabilities'), card.capabilities?.join(', ')],
    [t('instance.skills'), hasSkills && t('instance.skills.count', { loaded: skills.loaded, rest: skills.unloaded })],
    [
      t('instance.source'),
      `${t(`instance.source.${card.source}`)} · ${card.transport} · ${card.mcp_url ?? card.command ?? ''}`,
    ],
  ];
}

function howItRuns(card: InstanceCard): readonly Fact[] {
  const { cpu_percent: cpu, rss_bytes: memory } = card;
  return [
    [t('instance.pid'), card.pid],
    [t('instance.load'), cpu !== undefined && `${cpu} %`],
    [t('instance.memory'), memory !== undefined && bytes(memory)],
    [
      t('instance.concurrency'),
      `${number(card.concurrency)}${card.affinity === 'main' ? ` · ${t('instance.main')}` : ''}`,
    ],
    [t('instance.queue'), t('instance.queue.count', { queued: card.queue_depth, running: card.in_flight })],
    [t('instance.failures'), card.consecutive_failures > 0 && number(card.consecutive_failures)],
    [t('instance.lastOk'), at(card.last_ok_at)],
    [t('instance.heartbeat'), at(card.heartbeat_at)],
    [t('instance.ttl'), card.ttl_secs !== undefined && `${card.ttl_secs} s`],
  ];
}

function at(timestamp: string | undefined): ComponentChildren {
  return timestamp === undefined ? undefined : <TimeCell timestamp={timestamp} />;
}

/** Its output, its events, and what it offers to look at itself. */
function Onward({ card }: { readonly card: InstanceCard }) {
  const links = webLinks(card.links);
  const offered = [
    ['worker_openapi_inspector', t('instance.link.inspector')],
    ['worker_docs', t('instance.link.docs')],
    ['worker_openapi_spec', t('instance.link.spec')],
  ] as const;
  return (
    <ul class={style.onward}>
      <li>
        <a href={placeHref({ panel: 'output', instance: card.instance_id })}>{t('instance.link.output')}</a>
      </li>
      <li>
        <a href={placeHref({ panel: 'events', q: term('instance_id', card.instance_id), ...ALL_TIME })}>
          {t('instance.link.events')}
        </a>
      </li>
      {offered.map(
        ([name, label]) =>
          links[name] !== undefined && (
            <li key={name}>
              <a href={links[name]} target="_blank" rel="noreferrer">
                {label} <span aria-hidden="true">↗</span>
              </a>
            </li>
          ),
      )}
      <li>
        <CopyButton label={t('copy.link')} text={() => location.href} />
      </li>
    </ul>
  );
}
