import type { InstanceCard, InstancesAnswer } from '@dcc-mcp/admin-api';
import { apiUrl } from '../../api/client.ts';
import { useAnswer } from '../../api/use-answer.ts';
import { Empty } from '../../parts/empty/empty.tsx';
import { Loading } from '../../parts/empty/loading.tsx';
import { Refused } from '../../parts/empty/refused.tsx';
import { type Chip, Chips, Find } from '../../parts/page/find.tsx';
import { Page, Section, SmallTable } from '../../parts/page/page.tsx';
import { term } from '../../parts/query/query-terms.ts';
import { TimeCell } from '../../parts/value/time-cell.tsx';
import { useKeys } from '../../shell/use-keys.ts';
import { go, place, placeHref } from '../../state/place.ts';
import { ALL_TIME } from '../../state/time-range.ts';
import { number } from '../../text/format.ts';
import { t } from '../../text/text.ts';
import { Card } from './instance-card.tsx';
import { attentionOf, matching, STATUSES, worstFirst } from './instance-facts.ts';
import style from './instances.module.css';
import { OpenJobs } from './open-jobs.tsx';

/** The servers behind the gateway, the worst first, and those that left. */
export function InstancesPanel() {
  const { answer, refusal } = useAnswer<InstancesAnswer>(apiUrl('instances'));
  const { view, find, instance } = place.value;
  const cards = matching(worstFirst(answer?.instances ?? []), { status: view, find });
  useCardKeys(cards, instance);
  if (answer === undefined) {
    return refusal === undefined ? <Loading /> : <Refused refusal={refusal} />;
  }
  return (
    <Page
      title={t('panel.instances')}
      tools={
        <>
          <Find label={t('instance.find')} />
          <Chips label={t('instance.byStatus')} chips={chipsOf(answer.instances)} />
        </>
      }
    >
      {cards.length === 0 && <NoCards answer={answer} />}
      <div class={style.cards}>
        {cards.map((card) => (
          <Card key={card.instance_id} card={card} isOpen={card.instance_id === instance} />
        ))}
      </div>
      <OpenJobs />
      {answer.skipped.length > 0 && <Skipped skipped={answer.skipped} />}
      {answer.departed.length > 0 && <Departed departed={answer.departed} />}
    </Page>
  );
}

function chipsOf(cards: readonly InstanceCard[]): readonly Chip[] {
  return STATUSES.map((status) => ({
    view: status,
    label: t(`instance.status.${status}`),
    count: cards.filter((card) => card.status === status).length,
    isBad: attentionOf(status) === 'bad',
  }));
}

/** `j` and `k` open one card after the other. */
function useCardKeys(cards: readonly InstanceCard[], open: string | undefined): void {
  const step = (by: number): void => {
    const index = cards.findIndex(({ instance_id: id }) => id === open);
    const next = cards[index === -1 ? 0 : index + by];
    if (next !== undefined) {
      go({ instance: next.instance_id }, { replace: open !== undefined });
    }
  };
  useKeys({
    next: () => step(1),
    previous: () => step(-1),
    open: () => step(0),
    ...(open !== undefined && { close: () => go({ instance: undefined }) }),
  });
}

function NoCards({ answer }: { readonly answer: InstancesAnswer }) {
  return answer.total === 0 ? (
    <Empty
      action={{ href: placeHref({ panel: 'telemetry', find: 'mcpServers' }), label: t('instances.nothing.action') }}
    >
      {t('instances.nothing')}
    </Empty>
  ) : (
    <Empty action={{ href: placeHref({ view: undefined, find: undefined }), label: t('empty.filtered.action') }}>
      {t('instances.filtered', { n: number(answer.total) })}
    </Empty>
  );
}

function Skipped({ skipped }: { readonly skipped: InstancesAnswer['skipped'] }) {
  return (
    <Section title={t('instance.skipped')} note={t('instance.skipped.note')}>
      <SmallTable
        label={t('instance.skipped')}
        heads={[t('column.app'), t('instance.reason'), t('instance.source'), t('instance.id')]}
        rows={skipped.map(({ source, dcc_type: type, instance_id: id, reason }) => [
          type,
          reason,
          t(`instance.source.${source}`),
          id !== undefined && <code key="id">{id.slice(0, 8)}</code>,
        ])}
      />
    </Section>
  );
}

function Departed({ departed }: { readonly departed: InstancesAnswer['departed'] }) {
  return (
    <Section title={t('instance.departed')} note={t('instance.departed.note')}>
      <SmallTable
        label={t('instance.departed')}
        heads={[t('column.time'), t('column.app'), t('instance.reason'), t('instance.lastStatus'), t('instance.id')]}
        rows={departed.map(({ instance_id: id, dcc_type: type, left_at: leftAt, reason, last_status: status }) => [
          <TimeCell key="time" timestamp={leftAt} />,
          type,
          reason,
          status,
          <a key="calls" href={placeHref({ panel: 'calls', q: term('instance_id', id), ...ALL_TIME })}>
            <code>{id.slice(0, 8)}</code> {t('instance.itsCalls')}
          </a>,
        ])}
      />
    </Section>
  );
}
