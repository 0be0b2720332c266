import type { TraceDetail, TracePayload } from '@dcc-mcp/call-store';
import { bytes, number } from '../../text/format.ts';
import { t } from '../../text/text.ts';
import { CopyButton } from '../value/copy.tsx';
import style from './request.module.css';

/** What went in and what came out. */
export function Payloads({ trace }: { readonly trace: Pick<TraceDetail, 'input' | 'output'> | undefined }) {
  return (
    <>
      <h3>{t('peek.input')}</h3>
      <Payload payload={trace?.input} label={t('peek.input')} />
      <h3>{t('peek.output')}</h3>
      <Payload payload={trace?.output} label={t('peek.output')} />
    </>
  );
}

/** One of them as far as it is kept: text only, and what is missing from it. */
function Payload({ payload, label }: { readonly payload: TracePayload | undefined; readonly label: string }) {
  if (payload === undefined) {
    return <p class="soft">{t('payload.none')}</p>;
  }
  const { content, truncated, original_size: size, redactions, estimated_tokens: tokens } = payload;
  return (
    <section class={style.payload} aria-label={label}>
      <header>
        <span class="soft">{t('payload.size', { size: bytes(size), tokens: number(tokens) })}</span>
        {truncated && <span class="warn">▲ {t('payload.truncated')}</span>}
        {redactions > 0 && <span class="warn">▲ {t('payload.redactions', { n: redactions })}</span>}
        <CopyButton label={t('copy.value')} text={() => content} />
      </header>
      <pre tabIndex={0}>{readable(content)}</pre>
    </section>
  );
}

/** JSON in lines; anything else, and JSON that was cut, as it is. */
function readable(content: string): string {
  try {
    return JSON.stringify(JSON.parse(content), undefined, 2);
  } catch {
    return content;
  }
}
