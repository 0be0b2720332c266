import type { TraceDetail } from '@dcc-mcp/call-store';
import { place, placeHref } from '../../state/place.ts';
import { duration } from '../../text/format.ts';
import { t } from '../../text/text.ts';
import { traceText } from '../../text/trace-text.ts';
import { Waterfall } from '../trace/waterfall.tsx';
import { type Fact, Facts } from '../value/facts.tsx';
import { OutcomeWord } from '../value/outcome.tsx';
import { continuityOf } from './continuity.ts';
import style from './request.module.css';

/** The waterfall, what is known of the span that is open, how whole the trace is, and what else belongs to it. */
export function TraceBody({ trace }: { readonly trace: TraceDetail }) {
  return (
    <>
      <Waterfall trace={trace} />
      <OpenSpan trace={trace} />
      <section aria-label={traceText('continuity.title')}>
        <h3>{traceText('continuity.title')}</h3>
        <ul class={style.notes}>
          {continuityOf(trace).map(({ key, isGap }) => (
            <li key={key}>
              <span class={isGap ? 'warn' : 'soft'} aria-hidden="true">
                {isGap ? '▲' : '✓'}
              </span>{' '}
              {traceText(key)}
            </li>
          ))}
        </ul>
      </section>
      {trace.requests.length > 1 && <Requests trace={trace} />}
    </>
  );
}

function OpenSpan({ trace }: { readonly trace: TraceDetail }) {
  const span = trace.spans.find(({ span_id: id }) => id === place.value.span);
  if (span === undefined) {
    return null;
  }
  const attributes = Object.entries(span.attributes).map(([name, value]): Fact => [
    name,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
  return (
    <section aria-label={span.name}>
      <h3>{span.name}</h3>
      <Facts
        facts={[
          ['span_id', <code>{span.span_id}</code>],
          ['kind', span.kind],
          [t('column.outcome'), span.outcome],
          [traceText('trace.started'), duration(span.started_ms)],
          [t('column.duration'), duration(span.duration_ms)],
          [traceText('trace.exported'), span.exported === false ? traceText('trace.notExported') : undefined],
          ...attributes,
        ]}
      />
    </section>
  );
}

/** Every retained request of the same trace, or of the id that was asked for. */
function Requests({ trace }: { readonly trace: TraceDetail }) {
  return (
    <section aria-label={traceText('trace.requests')}>
      <h3>{traceText('trace.requests')}</h3>
      <ul class={style.list}>
        {trace.requests.map(({ row_id: id, operation, outcome }) => (
          <li key={id}>
            <a href={placeHref({ panel: 'traces', trace: id })} aria-current={id === trace.row_id ? 'true' : undefined}>
              <span>{operation}</span>
              <OutcomeWord outcome={outcome} />
              {id === trace.row_id && <span class="soft">{traceText('trace.thisOne')}</span>}
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}
