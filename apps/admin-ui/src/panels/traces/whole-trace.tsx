import type { TraceDetail } from '@dcc-mcp/call-store';
import { traceUrl } from '../../api/client.ts';
import { useAnswer } from '../../api/use-answer.ts';
import { Tabs } from '../../parts/peek/tabs.tsx';
import { NoTrace } from '../../parts/request/no-trace.tsx';
import { CopyButton } from '../../parts/value/copy.tsx';
import { useKeys } from '../../shell/use-keys.ts';
import { go, placeHref } from '../../state/place.ts';
import { t } from '../../text/text.ts';
import { TraceActions, TraceTitle, traceTabs } from './trace-view.tsx';
import style from './whole-trace.module.css';

const AWAY = { trace: undefined, span: undefined, tab: undefined, find: undefined, view: undefined } as const;

/** One trace on the whole page: where a link from a log or a report leads. */
export function WholeTrace({ id }: { readonly id: string }) {
  const { answer: trace, refusal } = useAnswer<TraceDetail>(traceUrl(id), {
    fixed: true,
  });
  useKeys({ close: () => go(AWAY) });
  return (
    <article class={style.whole} aria-label={t('peek.trace')}>
      <a href={placeHref(AWAY)}>← {t('trace.all')}</a>
      {refusal !== undefined && <NoTrace refusal={refusal} />}
      {trace !== undefined && (
        <>
          <header>
            <TraceTitle trace={trace} />
          </header>
          <div class={style.actions}>
            <CopyButton label={t('copy.link')} text={() => location.href} />
            <TraceActions trace={trace} />
          </div>
          <Tabs tabs={traceTabs(trace)} label={t('peek.trace')} />
        </>
      )}
    </article>
  );
}
