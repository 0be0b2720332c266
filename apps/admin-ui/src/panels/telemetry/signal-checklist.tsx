import { CopyButton } from '../../parts/value/copy.tsx';
import { TimeCell } from '../../parts/value/time-cell.tsx';
import { number } from '../../text/format.ts';
import { known } from '../../text/known.ts';
import { t } from '../../text/text.ts';
import { failingStep, type Setting, type SignalName, type SignalState, type Step, stepsOf } from './checklist.ts';
import style from './telemetry.module.css';

const SIGNS = { ok: '✓', off: '–', waiting: '…', warn: '▲', bad: '✕' } as const;
const CLASSES = { ok: 'soft', off: 'soft', waiting: 'soft', warn: 'warn', bad: 'bad' } as const;

export interface SignalChecklistProps {
  readonly name: SignalName;
  readonly signal: SignalState | undefined;
  readonly settings: readonly Setting[];
}

/** The way of a signal from here to where it is sent; the step that stands in the way is said whole. */
export function SignalChecklist({ name, signal, settings }: SignalChecklistProps) {
  const steps = stepsOf(name, signal, settings);
  const failing = failingStep(steps);
  return (
    <article class={`card ${style.signal}`} aria-label={t(`telemetry.signal.${name}`)}>
      <header>
        <h3>{t(`telemetry.signal.${name}`)}</h3>
        <SignalWord signal={signal} />
      </header>
      <ol class={style.steps}>
        {steps.map((step) => (
          <li key={step.id}>
            <span class={`${style.sign} ${CLASSES[step.state]}`} aria-hidden="true">
              {SIGNS[step.state]}
            </span>
            <span>
              <span class="hidden">{t(`telemetry.step.${step.state}`)}: </span>
              <span class="soft">{t(`telemetry.step.${step.id}`)}</span> <StepValue step={step} signal={signal} />
            </span>
          </li>
        ))}
      </ol>
      {failing?.cause !== undefined && <InTheWay step={failing} cause={failing.cause} />}
    </article>
  );
}

function SignalWord({ signal }: { readonly signal: SignalState | undefined }) {
  if (signal === undefined) {
    return <span class="soft">{t('telemetry.state.off')}</span>;
  }
  const { state } = signal;
  const look = { ok: 'soft', never_tried: 'soft', dropping: 'warn', failing: 'bad' } as const;
  return (
    <span>
      <b class={look[state]}>
        {state === 'failing' && <span aria-hidden="true">✕ </span>}
        {state === 'dropping' && <span aria-hidden="true">▲ </span>}
        {t(`telemetry.state.${state}`)}
      </b>{' '}
      <TimeCell timestamp={signal.since} />
    </span>
  );
}

/** What is so at a step. */
function StepValue({ step, signal }: { readonly step: Step; readonly signal: SignalState | undefined }) {
  const { id, state, value } = step;
  if (id === 'attempt' || id === 'items') {
    return signal === undefined ? null : id === 'items' ? <Items signal={signal} /> : <Attempt step={step} />;
  }
  if (id === 'exporter' && state === 'off') {
    return <Assignment text={t('telemetry.exporter.off', { value: value ?? 'none' })} />;
  }
  return id === 'queue' ? <>{value}</> : <code>{value}</code>;
}

/** A variable and its value are one word, which would else be cut where the line ends. */
function Assignment({ text }: { readonly text: string }) {
  const [name = '', value] = text.split(/(?<==)/);
  return (
    <>
      {name}
      <wbr />
      {value}
    </>
  );
}

function Attempt({ step: { state, value } }: { readonly step: Step }) {
  if (value === undefined) {
    return <>{state === 'waiting' ? t('telemetry.attempt.none') : t('telemetry.attempt.never')}</>;
  }
  return (
    <>
      {state === 'ok' ? t('telemetry.attempt.ok') : t('telemetry.attempt.last')} <TimeCell timestamp={value} />
    </>
  );
}

const REASONS = {
  queue_full: 'telemetry.dropped.queue_full',
  export_failed: 'telemetry.dropped.export_failed',
  rejected: 'telemetry.dropped.rejected',
  shutdown_timeout: 'telemetry.dropped.shutdown_timeout',
  invalid: 'telemetry.dropped.invalid',
} as const;

function reasonText(reason: string): string {
  const key = known(REASONS, reason);
  return key === undefined ? reason : t(key);
}

function Items({ signal: { exported, dropped } }: { readonly signal: SignalState }) {
  const lost = Object.entries(dropped).filter(([, count]) => count > 0);
  return (
    <>
      {t('telemetry.items.sent', { n: number(exported) })}
      {lost.map(([reason, count]) => (
        <span key={reason} class="warn">
          {' · '}
          {t('telemetry.items.lost', {
            n: number(count),
            reason: reasonText(reason),
          })}
        </span>
      ))}
    </>
  );
}

/** The cause and what to do, in the words of the gateway. */
function InTheWay({ step, cause }: { readonly step: Step; readonly cause: string }) {
  return (
    <div class={step.state === 'bad' ? style.bad : style.warn}>
      <p>{cause}</p>
      {step.fix !== undefined && (
        <p>
          <b>{t('telemetry.fix')}</b> {step.fix}
        </p>
      )}
      <CopyButton label={t('instance.copyError')} text={() => [cause, step.fix].filter(Boolean).join('\n')} />
    </div>
  );
}
