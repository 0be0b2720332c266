import type { ComponentChildren } from 'preact';
import { useKeys } from '../../shell/use-keys.ts';
import { go } from '../../state/place.ts';
import { t } from '../../text/text.ts';
import { CopyButton, copyText } from '../value/copy.tsx';
import style from './peek.module.css';
import { type Tab, Tabs } from './tabs.tsx';

export interface PeekProps {
  readonly label: string;
  readonly title: ComponentChildren;
  readonly tabs: readonly Tab[];
  readonly actions?: ComponentChildren;
  /** What the button does; default: takes all that a peek keeps out of the address. */
  readonly onClose?: () => void;
}

function closePeek(): void {
  go({ row: undefined, tab: undefined, span: undefined, find: undefined, view: undefined });
}

/** What is open, beside the list that it was opened from. */
export function Peek({ label, title, tabs, actions, onClose = closePeek }: PeekProps) {
  useKeys({ copyLink: () => void copyText(location.href) });
  return (
    <aside class={style.peek} aria-label={label}>
      <header class={style.head}>
        <div class={style.title}>{title}</div>
        <button type="button" class="quiet" title={t('peek.close')} onClick={onClose}>
          <span aria-hidden="true">✕</span>
          <span class="hidden">{t('peek.close')}</span>
        </button>
      </header>
      <div class={style.actions}>
        <CopyButton label={t('copy.link')} text={() => location.href} />
        {actions}
      </div>
      <Tabs tabs={tabs} label={label} />
    </aside>
  );
}
