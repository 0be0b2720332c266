import type { TraceDetail } from '@dcc-mcp/call-store';
import { traceUrl } from '../../api/client.ts';
import { useAnswer } from '../../api/use-answer.ts';
import { Peek } from '../../parts/peek/peek.tsx';
import { NoTrace } from '../../parts/request/no-trace.tsx';
import { placeHref } from '../../state/place.ts';
import { t } from '../../text/text.ts';
import { TraceActions, TraceTitle, traceTabs } from './trace-view.tsx';

/** One request beside the list. */
export function TracePeek({ id }: { readonly id: string }) {
  const { answer: trace, refusal } = useAnswer<TraceDetail>(traceUrl(id), {
    fixed: true,
  });
  return (
    <Peek
      label={t('peek.trace')}
      title={
        <>
          {trace !== undefined && <TraceTitle trace={trace} />}
          <a href={placeHref({ trace: id, row: undefined, tab: undefined })}>{t('trace.whole')}</a>
        </>
      }
      actions={trace !== undefined && <TraceActions trace={trace} />}
      tabs={
        trace === undefined
          ? [{ id: 'trace', label: t('peek.trace'), content: () => refusal && <NoTrace refusal={refusal} /> }]
          : traceTabs(trace)
      }
    />
  );
}
