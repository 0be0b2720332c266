import type { ApiRefusal } from '../../api/client.ts';
import { t } from '../../text/text.ts';
import style from './empty.module.css';

/** What the gateway said in place of an answer. */
export function Refused({ refusal }: { readonly refusal: ApiRefusal }) {
  const isGone = refusal.status === 0;
  return (
    <div class={style.empty} role="alert">
      <p class="bad">{isGone ? t('refused.unreachable') : t('refused.title')}</p>
      <p>{isGone ? t('refused.unreachable.advice') : refusal.message}</p>
      {refusal.advice !== undefined && <p class="soft">{refusal.advice}</p>}
    </div>
  );
}

/** The same in few words, beside what is there from before. */
export function RefusedLine({ refusal }: { readonly refusal: ApiRefusal }) {
  return (
    <span class="bad">
      <span aria-hidden="true">✕</span> {refusal.status === 0 ? t('refused.unreachable') : refusal.message}
    </span>
  );
}
