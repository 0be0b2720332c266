import type { DebugBundle } from '@dcc-mcp/call-store/analytics';
import { Tabs } from '../../parts/peek/tabs.tsx';
import { Caller } from '../../parts/request/caller.tsx';
import { Payloads } from '../../parts/request/payload.tsx';
import { Cause } from '../../parts/request/root-cause.tsx';
import { LaterTraceBody } from '../../parts/trace/later-trace-body.tsx';
import { OutcomeWord } from '../../parts/value/outcome.tsx';
import { duration, fullTime } from '../../text/format.ts';
import { t } from '../../text/text.ts';
import style from './bundle.module.css';
import { traceOf } from './read-bundle.ts';

export interface BundleViewProps {
  readonly bundle: DebugBundle;
  /** Of its file. */
  readonly name: string;
}

/** Everything in a bundle, marked as what it is: not of this gateway, not of now. */
export function BundleView({ bundle, name }: BundleViewProps) {
  const trace = traceOf(bundle, 0);
  return (
    <>
      <p class={style.imported} role="note">
        {t('bundle.imported', { name })}
      </p>
      {bundle.root_cause !== undefined && <Cause cause={bundle.root_cause} hints={bundle.hints} />}
      <Tabs
        label={t('panel.bundle')}
        tabs={[
          { id: 'trace', label: t('trace.waterfall'), content: () => trace && <LaterTraceBody trace={trace} /> },
          {
            id: 'payload',
            label: t('peek.payload'),
            content: () => <Payloads trace={trace} />,
          },
          { id: 'caller', label: t('peek.caller'), content: () => trace && <Caller row={trace} /> },
          { id: 'calls', label: t('panel.calls'), content: () => <Calls bundle={bundle} /> },
          { id: 'raw', label: 'JSON', content: () => <pre>{JSON.stringify(bundle, undefined, 2)}</pre> },
        ]}
      />
      {bundle.omitted.length > 0 && (
        <section aria-label={t('bundle.omitted')}>
          <h3>{t('bundle.omitted')}</h3>
          <ul class="soft">
            {bundle.omitted.map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

/** The calls of its trace, and what failed and ran before. */
function Calls({ bundle }: { readonly bundle: DebugBundle }) {
  const groups = [
    [t('bundle.calls'), bundle.calls],
    [t('cause.before'), bundle.previous_failures],
    [t('bundle.previous'), bundle.previous_calls],
  ] as const;
  return (
    <>
      {groups
        .filter(([, calls]) => calls.length > 0)
        .map(([label, calls]) => (
          <section key={label} aria-label={label}>
            <h3>{label}</h3>
            <ul>
              {calls.map((call) => (
                <li key={call.row_id} class={style.call}>
                  <span class="soft">{fullTime(call.timestamp)}</span>
                  <span>{call.tool_label}</span>
                  <OutcomeWord outcome={call.outcome} />
                  <span>{duration(call.duration_ms)}</span>
                  <span class="soft">{call.error?.message}</span>
                </li>
              ))}
            </ul>
          </section>
        ))}
    </>
  );
}
