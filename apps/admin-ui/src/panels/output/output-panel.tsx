import type { InstancesAnswer } from '@dcc-mcp/admin-api';
import { useEffect, useMemo } from 'preact/hooks';
import { accessToken } from '../../api/access-token.ts';
import { apiUrl } from '../../api/client.ts';
import { isLive, refreshes } from '../../api/live.ts';
import { useAnswer } from '../../api/use-answer.ts';
import { Empty } from '../../parts/empty/empty.tsx';
import { Loading } from '../../parts/empty/loading.tsx';
import { Refused, RefusedLine } from '../../parts/empty/refused.tsx';
import { ListFrame } from '../../parts/list/list-frame.tsx';
import { useRowKeys } from '../../parts/list/use-row-keys.ts';
import { Counts } from '../../parts/query/counts.tsx';
import { QueryBar } from '../../parts/query/query-bar.tsx';
import { go, place, placeHref } from '../../state/place.ts';
import { number } from '../../text/format.ts';
import { t } from '../../text/text.ts';
import { countLevels, LINE_FIELDS, matchingLines } from './output-lines.ts';
import { OutputPeek } from './output-peek.tsx';
import { OutputTail } from './output-tail.ts';
import { OutputText } from './output-text.tsx';
import style from './output.module.css';

/** What a server wrote, line by line, as it writes. */
export function OutputPanel() {
  const { answer, refusal } = useAnswer<InstancesAnswer>(apiUrl('instances'));
  const instance = place.value.instance ?? answer?.instances[0]?.instance_id;
  if (instance === undefined) {
    return refusal !== undefined ? (
      <Refused refusal={refusal} />
    ) : answer === undefined ? (
      <Loading />
    ) : (
      <Empty>{t('output.noServer')}</Empty>
    );
  }
  return <Output key={instance} instance={instance} instances={answer} />;
}

interface OutputProps {
  readonly instance: string;
  readonly instances: InstancesAnswer | undefined;
}

function keyOf({ id }: { readonly id: number }): string {
  return String(id);
}

function Output({ instance, instances }: OutputProps) {
  const tail = useOutput(instance);
  const { q = '', row } = place.value;
  const lines = matchingLines(tail.lines.value, q);
  useRowKeys(lines, keyOf, row);
  return (
    <ListFrame
      title={t('panel.output')}
      tools={
        <>
          <div class={style.bar}>
            <InstanceSelect instance={instance} instances={instances} />
            <QueryBar fields={LINE_FIELDS} rows={tail.lines.value} placeholder={t('output.placeholder')} />
          </div>
          <Counts
            counted={countLevels(lines).map(({ level, count }) => ({
              label: level,
              count,
              term: `level=${level}`,
              isBad: level === 'error',
            }))}
          />
        </>
      }
      foot={<Foot shown={lines.length} tail={tail} />}
      peek={
        row !== undefined && (
          <OutputPeek instance={instance} line={tail.lines.value.find((line) => keyOf(line) === row)} />
        )
      }
    >
      {lines.length === 0 ? <NoLines tail={tail} q={q} /> : <OutputText key={q} lines={lines} openId={row} />}
    </ListFrame>
  );
}

/** The output of one instance, for as long as it is shown. */
function useOutput(instance: string): OutputTail {
  const tail = useMemo(() => new OutputTail(instance), [instance, refreshes.value, accessToken.value, isLive.value]);
  useEffect(() => {
    void tail.start(isLive.value);
    return () => tail.stop();
  }, [tail]);
  return tail;
}

function InstanceSelect({ instance, instances }: OutputProps) {
  const { instances: live = [], departed = [] } = instances ?? {};
  const isKnown = [...live, ...departed].some(({ instance_id: id }) => id === instance);
  return (
    <select
      aria-label={t('events.server')}
      value={instance}
      onChange={({ currentTarget: { value } }) => go({ instance: value, row: undefined })}
    >
      {!isKnown && <option value={instance}>{instance}</option>}
      {live.map(({ instance_id: id, display_name: name, status }) => (
        <option key={id} value={id}>
          {name} · {id.slice(0, 8)}
          {status === 'ready' ? '' : ` · ${status}`}
        </option>
      ))}
      {departed.length > 0 && (
        <optgroup label={t('output.departed')}>
          {departed.map(({ instance_id: id, dcc_type: type }) => (
            <option key={id} value={id}>
              {type} · {id.slice(0, 8)}
            </option>
          ))}
        </optgroup>
      )}
    </select>
  );
}

function NoLines({ tail, q }: { readonly tail: OutputTail; readonly q: string }) {
  if (tail.refusal.value !== undefined) {
    return <Refused refusal={tail.refusal.value} />;
  }
  if (tail.isLoading.value) {
    return <Loading />;
  }
  return q === '' ? (
    <Empty action={{ href: placeHref({ panel: 'instances' }), label: t('output.nothing.action') }}>
      {t('output.nothing')}
    </Empty>
  ) : (
    <Empty action={{ href: placeHref({ q: undefined }), label: t('empty.filtered.action') }}>
      {t('empty.filtered', { filter: q })}
    </Empty>
  );
}

function Foot({ shown, tail }: { readonly shown: number; readonly tail: OutputTail }) {
  return (
    <>
      <span role="status">{t('list.rows', { shown: number(shown), total: number(tail.lines.value.length) })}</span>
      {tail.missed.value > 0 && <span>{t('list.dropped', { n: number(tail.missed.value) })}</span>}
      {tail.refusal.value !== undefined && shown > 0 && <RefusedLine refusal={tail.refusal.value} />}
    </>
  );
}
