import type { TextKey } from '../../text/en/en.ts';
import { t } from '../../text/text.ts';
import style from './kind-icon.module.css';

/** What an agent does on its way to a result. */
export type StepKind = 'search' | 'describe' | 'load_skill' | 'call' | 'call_batch';

const SIGNS: Readonly<Record<StepKind, readonly [sign: string, label: TextKey]>> = {
  search: ['⌕', 'kind.search'],
  describe: ['≡', 'kind.describe'],
  load_skill: ['⊕', 'kind.load_skill'],
  call: ['▶', 'kind.call'],
  call_batch: ['»', 'kind.call_batch'],
};

/** A sign for what was done, with its word for those who don't see it. */
export function KindIcon({ kind }: { readonly kind: StepKind }) {
  const [sign, label] = SIGNS[kind];
  return (
    <span role="img" aria-label={t(label)} title={t(label)} class={style.icon}>
      {sign}
    </span>
  );
}
