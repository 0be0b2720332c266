import type { TraceDetail, TracePayload } from '@dcc-mcp/call-store';
import { signal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { bytes, number } from '../../text/format.ts';
import { t } from '../../text/text.ts';
import { JsonView } from '../json/json-view.tsx';
import { CopyButton } from '../value/copy.tsx';
import { formsOf, type PayloadForm, type PayloadForms, redactedPlaces } from './payload-forms.ts';
import style from './request.module.css';

/** It is the reader's way of looking, for all payloads. */
const wantedForm = signal<PayloadForm>('json');

/** What went in and what came out. */
export function Payloads({ trace }: { readonly trace: PayloadsOf | undefined }) {
  const { input, output, success = true } = trace ?? {};
  return (
    <>
      <h3>{t('peek.input')}</h3>
      <Payload payload={input} label={t('peek.input')} missing={t('payload.none')} />
      <h3>{t('peek.output')}</h3>
      <Payload
        payload={output}
        label={t('peek.output')}
        missing={success ? t('payload.none') : t('payload.noResult')}
      />
    </>
  );
}

type PayloadsOf = Pick<TraceDetail, 'input' | 'output'> & Partial<Pick<TraceDetail, 'success'>>;

interface PayloadProps {
  readonly payload: TracePayload | undefined;
  readonly label: string;
  /** Said where there is none. */
  readonly missing: string;
}

/** One of them as far as it is kept, and what is missing from it. */
function Payload({ payload, label, missing }: PayloadProps) {
  if (payload === undefined) {
    return <p class="soft">{missing}</p>;
  }
  const { original_size: size, estimated_tokens: tokens, dropped } = payload;
  return dropped === true ? (
    <p class="soft">{t('payload.dropped', { size: bytes(size), tokens: number(tokens) })}</p>
  ) : (
    <Kept payload={payload} label={label} />
  );
}

function Kept({ payload, label }: { readonly payload: TracePayload; readonly label: string }) {
  const { content, truncated, original_size: size, estimated_tokens: tokens, redactions } = payload;
  const forms = useMemo(() => formsOf(content), [content]);
  const form = forms[wantedForm.value] === undefined ? 'written' : wantedForm.value;
  return (
    <section class={style.payload} aria-label={label}>
      <header>
        <span class="soft">{t('payload.size', { size: bytes(size), tokens: number(tokens) })}</span>
        {truncated && <span class="warn">▲ {t('payload.truncated')}</span>}
        {redactions > 0 && <Redactions count={redactions} forms={forms} />}
        <FormSwitch forms={forms} form={form} />
        {form !== 'json' && <CopyButton label={t('copy.value')} text={() => forms[form] ?? ''} />}
      </header>
      {form === 'json' ? <JsonView value={forms.json?.value} label={label} /> : <pre tabIndex={0}>{forms[form]}</pre>}
    </section>
  );
}

/** How often something was taken out, and where, as far as that can be seen. */
function Redactions({ count, forms }: { readonly count: number; readonly forms: PayloadForms }) {
  const places = useMemo(() => redactedPlaces(forms.json?.value), [forms]);
  return (
    <span class="warn">
      ▲ {t('payload.redactions', { n: count })}
      {places.length > 0 && <code> {places.join(' ')}</code>}
    </span>
  );
}

const FORMS = ['json', 'text', 'written'] as const;

/** The forms that there are, where there is a choice. */
function FormSwitch({ forms, form }: { readonly forms: PayloadForms; readonly form: PayloadForm }) {
  const offered = FORMS.filter((each) => forms[each] !== undefined);
  return offered.length < 2 ? null : (
    <span class={style.forms} role="group" aria-label={t('payload.form')}>
      {offered.map((each) => (
        <button key={each} type="button" aria-pressed={each === form} onClick={() => (wantedForm.value = each)}>
          {t(`payload.form.${each}`)}
        </button>
      ))}
    </span>
  );
}
