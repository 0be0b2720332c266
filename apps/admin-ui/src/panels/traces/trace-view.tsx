import type { TraceDetail } from '@dcc-mcp/call-store';
import type { Tab } from '../../parts/peek/tabs.tsx';
import { BundleButton } from '../../parts/request/bundle-button.tsx';
import { Caller } from '../../parts/request/caller.tsx';
import { CopyMenu } from '../../parts/request/copy-menu.tsx';
import { HarMenu } from '../../parts/request/har-menu.tsx';
import { LaterComparison } from '../../parts/request/later-comparison.tsx';
import { LaterPayloads } from '../../parts/request/later-payloads.tsx';
import { ReportButton } from '../../parts/request/report-dialog.tsx';
import { RootCause } from '../../parts/request/root-cause.tsx';
import { LaterTraceBody } from '../../parts/trace/later-trace-body.tsx';
import { OutcomeWord } from '../../parts/value/outcome.tsx';
import { duration, fullTime, number } from '../../text/format.ts';
import { t } from '../../text/text.ts';

/** What a trace is called, how it ended, and when. */
export function TraceTitle({ trace }: { readonly trace: TraceDetail }) {
  return (
    <>
      <h2>{trace.tool ?? trace.operation}</h2>
      <p class="soft">
        {trace.operation} · <OutcomeWord outcome={trace.outcome} /> · {duration(trace.total_ms)} ·{' '}
        {t('trace.spans', { n: number(trace.span_count) })} ·{' '}
        <time dateTime={trace.started_at}>{fullTime(trace.started_at)}</time>
      </p>
      <p>
        <code class="soft">{trace.trace_id}</code>
      </p>
    </>
  );
}

/** What can be taken away from a trace. */
export function TraceActions({ trace }: { readonly trace: TraceDetail }) {
  return (
    <>
      <CopyMenu trace={trace} />
      <ReportButton id={trace.row_id} />
      <BundleButton id={trace.row_id} />
      <HarMenu row={trace} />
    </>
  );
}

/** The ways to look at a trace. */
export function traceTabs(trace: TraceDetail): readonly Tab[] {
  return [
    {
      id: 'trace',
      label: t('trace.waterfall'),
      content: () => (
        <>
          {!trace.success && <RootCause id={trace.row_id} />}
          <LaterTraceBody trace={trace} />
        </>
      ),
    },
    {
      id: 'payload',
      label: t('peek.payload'),
      content: () => <LaterPayloads trace={trace} />,
    },
    { id: 'caller', label: t('peek.caller'), content: () => <Caller row={trace} /> },
    { id: 'compare', label: t('peek.compare'), content: () => <LaterComparison trace={trace} /> },
    { id: 'raw', label: 'JSON', content: () => <pre>{JSON.stringify(trace, undefined, 2)}</pre> },
  ];
}
