import type { CallRow } from '@dcc-mcp/call-store';
import type { SessionEvent } from '@dcc-mcp/session-events';
import { apiUrl } from '../../api/client.ts';
import { useAnswer } from '../../api/use-answer.ts';
import { Missing } from '../../parts/peek/missing.tsx';
import { Peek } from '../../parts/peek/peek.tsx';
import { term } from '../../parts/query/query-terms.ts';
import { CopyButton } from '../../parts/value/copy.tsx';
import { Facts } from '../../parts/value/facts.tsx';
import { OutcomeWord } from '../../parts/value/outcome.tsx';
import { SeverityWord } from '../../parts/value/severity.tsx';
import { placeHref } from '../../state/place.ts';
import { bytes, duration, fullTime } from '../../text/format.ts';
import { t } from '../../text/text.ts';
import { callsDuring, DELAY_MILLIS } from './output-lines.ts';
import style from './output.module.css';

/** Calls that end later than this after a line are not looked for. */
const LONGEST_CALL_MILLIS = 600_000;

interface OutputPeekProps {
  readonly instance: string;
  readonly line: SessionEvent | undefined;
}

/** One line with all that is known of it, and what was called when it was written. */
export function OutputPeek({ instance, line }: OutputPeekProps) {
  return (
    <Peek
      label={t('panel.output')}
      title={<h2>{line === undefined ? t('panel.output') : <SeverityWord severity={line.level} />}</h2>}
      actions={line !== undefined && <CopyButton label={t('output.copy')} text={() => line.message} />}
      tabs={[
        {
          id: 'line',
          label: t('output.line'),
          content: () =>
            line === undefined ? <p role="status">{t('output.gone')}</p> : <Whole instance={instance} line={line} />,
        },
      ]}
    />
  );
}

function Whole({ instance, line }: { readonly instance: string; readonly line: SessionEvent }) {
  const { message, truncation, metadata, trace_id: trace, timestamp } = line;
  return (
    <>
      <pre>{message}</pre>
      {truncation !== undefined && (
        <p class="soft">
          {t('output.cut', { kept: bytes(truncation.truncated_size), all: bytes(truncation.original_size) })}
        </p>
      )}
      <Calls instance={instance} line={line} />
      <Facts
        facts={[
          [t('column.time'), fullTime(timestamp)],
          [t('output.stream'), `${line.source} / ${line.stream}`],
          ['tool_call_id', line.tool_call_id],
          ['job_id', line.job_id],
          ['correlation_id', line.correlation_id],
          ['trace_id', trace !== undefined && <a href={placeHref({ panel: 'traces', trace })}>{trace}</a>],
        ]}
      />
      {metadata !== undefined && <pre>{JSON.stringify(metadata, undefined, 2)}</pre>}
    </>
  );
}

/** The calls that ran at that time; of a line that names its job or request, that one. */
function Calls({ instance, line }: { readonly instance: string; readonly line: SessionEvent }) {
  const at = Date.parse(line.timestamp);
  const url = apiUrl('calls', {
    q: term('instance_id', instance),
    since: new Date(at - DELAY_MILLIS).toISOString(),
    until: new Date(at + LONGEST_CALL_MILLIS).toISOString(),
    limit: 1_000,
  });
  const asked = useAnswer<{ readonly calls: readonly CallRow[] }>(url);
  const calls = callsDuring(asked.answer?.calls ?? [], line.timestamp);
  if (calls.length === 0) {
    return <Missing asked={asked} gone={t('output.noCall')} />;
  }
  return (
    <>
      <h3>{t('output.during')}</h3>
      <ul>
        {calls.map((call) => (
          <li key={call.row_id} class={style.call}>
            <a href={placeHref({ panel: 'traces', trace: call.row_id })}>{call.tool_label}</a>
            <OutcomeWord outcome={call.outcome} />
            <span class="number soft">{duration(call.duration_ms)}</span>
          </li>
        ))}
      </ul>
    </>
  );
}
