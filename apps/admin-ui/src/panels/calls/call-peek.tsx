import type { CallRow, TraceDetail } from '@dcc-mcp/call-store';
import { apiUrl } from '../../api/client.ts';
import { useAnswer } from '../../api/use-answer.ts';
import { Peek } from '../../parts/peek/peek.tsx';
import { Facts } from '../../parts/value/facts.tsx';
import { OutcomeWord } from '../../parts/value/outcome.tsx';
import { ShareLegend } from '../../parts/value/share-bar.tsx';
import { t } from '../../text/text.ts';

/** One call: what happened, whose it was, what went in and came out. */
export function CallPeek({ id, row }: { readonly id: string; readonly row: CallRow | undefined }) {
  const { answer } = useAnswer<TraceDetail>(apiUrl(`traces/${encodeURIComponent(id)}`), { fixed: true });
  return (
    <Peek
      label={t('panel.calls')}
      title={
        <>
          <h2>{row?.tool_label ?? answer?.tool ?? id}</h2>
          <OutcomeWord outcome={row?.outcome ?? answer?.outcome ?? 'ok'} />
        </>
      }
      tabs={[{ id: 'summary', label: t('peek.summary'), content: () => <Summary row={row} trace={answer} /> }]}
    />
  );
}

function Summary({ row, trace }: { readonly row: CallRow | undefined; readonly trace: TraceDetail | undefined }) {
  return (
    <>
      {row !== undefined && <ShareLegend shares={row} />}
      <Facts
        facts={[
          ['tool', row?.tool ?? trace?.tool],
          ['request_id', row?.request_id ?? trace?.request_id],
        ]}
      />
    </>
  );
}
