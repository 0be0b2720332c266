import type { InstanceCard } from '@dcc-mcp/admin-api';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { CopyButton } from '../../parts/value/copy.tsx';
import { TimeCell } from '../../parts/value/time-cell.tsx';
import { placeHref } from '../../state/place.ts';
import { ALL_TIME } from '../../state/time-range.ts';
import { clock, duration, number } from '../../text/format.ts';
import { t } from '../../text/text.ts';
import { CardDetails } from './card-details.tsx';
import { DayStrip } from './day-strip.tsx';
import { attentionOf, callFilters, toolsLost } from './instance-facts.ts';
import style from './instances.module.css';
import { StatusWord } from './status-word.tsx';

/** One server: how it is, since when, what it said last, and what was asked of it. */
export function Card({ card, isOpen }: { readonly card: InstanceCard; readonly isOpen: boolean }) {
  const element = useRef<HTMLElement>(null);
  useEffect(() => {
    if (isOpen) {
      element.current?.scrollIntoView({ block: 'nearest' });
    }
  }, [isOpen]);
  const isBad = attentionOf(card.status) === 'bad';
  return (
    <article
      ref={element}
      class={`card ${style.card} ${isOpen ? style.open : ''} ${isBad ? style.attention : ''}`}
      aria-label={card.display_name}
    >
      <header>
        <h2>
          <a href={placeHref({ instance: isOpen ? undefined : card.instance_id })} aria-expanded={isOpen}>
            {card.display_name}
          </a>
        </h2>
        {card.dcc_type !== card.display_name && <span>{card.dcc_type}</span>}
        {card.source !== 'config' && <span class="soft">{t(`instance.source.${card.source}`)}</span>}
        <span class={style.space} />
        <span>
          <StatusWord status={card.status} /> <TimeCell timestamp={card.since} />
        </span>
      </header>
      {card.last_error !== undefined && <LastError text={card.last_error} isNow={card.status !== 'ready'} />}
      {card.readiness !== undefined && <Readiness readiness={card.readiness} />}
      {card.strip !== undefined && <DayStrip strip={card.strip} />}
      <Numbers card={card} />
      {isOpen && <CardDetails card={card} />}
    </article>
  );
}

/** What it said last, whole. */
function LastError({ text, isNow }: { readonly text: string; readonly isNow: boolean }) {
  return (
    <div class={isNow ? style.error : style.past}>
      <span>
        {!isNow && <span class="soft">{t('instance.earlier')} </span>}
        {text}
      </span>
      <CopyButton label={t('instance.copyError')} text={() => text} />
    </div>
  );
}

const PARTS = ['process', 'dispatcher', 'dcc'] as const;

/** Whether its process runs, whether its dispatcher answers, whether the application does. */
function Readiness({ readiness }: { readonly readiness: NonNullable<InstanceCard['readiness']> }) {
  return (
    <ul class={style.readiness}>
      {PARTS.filter((part) => readiness[part] !== undefined).map((part) => {
        const isGood = readiness[part] === true;
        return (
          <li key={part} class={isGood ? 'soft' : 'bad'}>
            <span aria-hidden="true">{isGood ? '✓' : '✕'}</span> {t(`instance.readiness.${part}`)}:{' '}
            {isGood ? t('instance.yes') : t('instance.no')}
          </li>
        );
      })}
    </ul>
  );
}

/** Counts of its calls, each a link to exactly those; its tools and its queue where they say something. */
function Numbers({ card }: { readonly card: InstanceCard }) {
  const { calls, queue_depth: queued, in_flight: running, restarts } = card;
  const filters = callFilters(card);
  const lost = toolsLost(card);
  return (
    <ul class={style.numbers}>
      {calls !== undefined && (
        <li>
          <CallsLink
            q={filters.all}
            title={calls.retained_since && t('instance.calls.since', { since: clock(calls.retained_since) })}
          >
            <b>{number(calls.total)}</b> {t('instance.calls', { n: number(calls.total) })}
          </CallsLink>
        </li>
      )}
      {calls !== undefined && calls.failed > 0 && (
        <li>
          <CallsLink q={filters.failed}>
            <b>{number(calls.failed)}</b> {t('instance.failed')}
          </CallsLink>
        </li>
      )}
      {filters.slowest !== undefined && (
        <li>
          <CallsLink q={filters.slowest} title={t('instance.p95.title')}>
            p95 <b>{duration(calls?.p95_ms)}</b>
          </CallsLink>
        </li>
      )}
      <li class={lost > 0 ? 'warn' : 'soft'}>
        {lost > 0
          ? `▲ ${t('instance.tools.lost', { now: number(card.tool_count), good: number(card.tool_count_last_good) })}`
          : t('instance.tools', { n: number(card.tool_count) })}
      </li>
      {queued > 0 && <li class="warn">▲ {t('instance.queued', { n: number(queued) })}</li>}
      {running > 0 && <li>{t('instance.running', { n: number(running), most: number(card.concurrency) })}</li>}
      {restarts > 0 && <li class="warn">▲ {t('instance.restarts', { n: number(restarts) })}</li>}
    </ul>
  );
}

interface CallsLinkProps {
  readonly q: string;
  readonly title?: string | undefined;
  readonly children: ComponentChildren;
}

/** Cards count what is kept, whatever time is looked at. */
function CallsLink({ q, title, children }: CallsLinkProps) {
  return (
    <a href={placeHref({ panel: 'calls', q, ...ALL_TIME })} title={title}>
      {children}
    </a>
  );
}
