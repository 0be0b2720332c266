import type { CallRow, TraceDetail } from '@dcc-mcp/call-store';
import { traceUrl } from '../../api/client.ts';
import { useAnswer } from '../../api/use-answer.ts';
import { Peek } from '../../parts/peek/peek.tsx';
import { BundleButton } from '../../parts/request/bundle-button.tsx';
import { Caller } from '../../parts/request/caller.tsx';
import { CopyMenu } from '../../parts/request/copy-menu.tsx';
import { HarMenu } from '../../parts/request/har-menu.tsx';
import { LaterComparison } from '../../parts/request/later-comparison.tsx';
import { LaterPayloads } from '../../parts/request/later-payloads.tsx';
import { NoTrace } from '../../parts/request/no-trace.tsx';
import { ReportButton } from '../../parts/request/report-dialog.tsx';
import { LaterTraceBody } from '../../parts/trace/later-trace-body.tsx';
import { OutcomeWord } from '../../parts/value/outcome.tsx';
import { duration, fullTime } from '../../text/format.ts';
import { t } from '../../text/text.ts';
import { CallSummary } from './call-summary.tsx';

export interface CallPeekProps {
  readonly id: string;
  /** What the list has of it; it may have left the list. */
  readonly row: CallRow | undefined;
}

/** One call: what happened, whose it was, what went in and came out, where its time went. */
export function CallPeek({ id, row }: CallPeekProps) {
  const { answer: trace, refusal } = useAnswer<TraceDetail>(traceUrl(id), {
    fixed: true,
  });
  const known = row ?? trace;
  const wait = refusal === undefined ? <p class="soft">{t('list.loading')}</p> : <NoTrace refusal={refusal} />;
  const whenTrace = (content: (known: TraceDetail) => preact.ComponentChildren) => (): preact.ComponentChildren =>
    trace === undefined ? wait : content(trace);
  return (
    <Peek
      label={t('peek.call')}
      title={known === undefined ? <h2>{id}</h2> : <Title row={row} trace={trace} />}
      actions={
        <>
          {trace !== undefined && <CopyMenu trace={trace} />}
          <ReportButton id={id} />
          <BundleButton id={id} />
          {known !== undefined && <HarMenu row={known} />}
        </>
      }
      tabs={[
        {
          id: 'summary',
          label: t('peek.summary'),
          content: () => (known === undefined ? wait : <CallSummary id={id} row={row} trace={trace} />),
        },
        {
          id: 'payload',
          label: t('peek.payload'),
          content: whenTrace((it) => <LaterPayloads trace={it} />),
        },
        { id: 'trace', label: t('peek.trace'), content: whenTrace((it) => <LaterTraceBody trace={it} />) },
        { id: 'caller', label: t('peek.caller'), content: () => (known === undefined ? wait : <Caller row={known} />) },
        { id: 'compare', label: t('peek.compare'), content: whenTrace((it) => <LaterComparison trace={it} />) },
        { id: 'raw', label: 'JSON', content: () => <pre>{JSON.stringify(row ?? trace, undefined, 2)}</pre> },
      ]}
    />
  );
}

function Title({ row, trace }: { readonly row: CallRow | undefined; readonly trace: TraceDetail | undefined }) {
  const timestamp = row?.timestamp ?? trace?.timestamp ?? '';
  return (
    <>
      <h2>{row?.tool_label ?? trace?.tool ?? trace?.operation}</h2>
      <p class="soft">
        <OutcomeWord outcome={row?.outcome ?? trace?.outcome ?? ''} /> · {duration(row?.duration_ms ?? trace?.total_ms)}{' '}
        · <time dateTime={timestamp}>{fullTime(timestamp)}</time>
      </p>
    </>
  );
}
