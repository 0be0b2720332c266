import type { ComponentChildren } from 'preact';
import { useKeys } from '../../shell/use-keys.ts';
import { go, place, placeHref } from '../../state/place.ts';
import { t } from '../../text/text.ts';
import { copyText, CopyButton } from '../value/copy.tsx';
import style from './peek.module.css';

/** One tab of a peek; the first is shown where the address names none. */
export interface Tab {
  readonly id: string;
  readonly label: string;
  readonly content: () => ComponentChildren;
}

export interface PeekProps {
  readonly label: string;
  readonly title: ComponentChildren;
  readonly tabs: readonly Tab[];
  readonly actions?: ComponentChildren;
}

function closePeek(): void {
  go({ row: undefined, tab: undefined, with: undefined });
}

/** What is open, beside the list that it was opened from. */
export function Peek({ label, title, tabs, actions }: PeekProps) {
  useKeys({ copyLink: () => void copyText(location.href) });
  const current = tabs.find(({ id }) => id === place.value.tab) ?? tabs[0];
  return (
    <aside class={style.peek} aria-label={label}>
      <header class={style.head}>
        <div class={style.title}>{title}</div>
        <button type="button" class="quiet" title={t('peek.close')} onClick={closePeek}>
          <span aria-hidden="true">✕</span>
          <span class="hidden">{t('peek.close')}</span>
        </button>
      </header>
      <div class={style.actions}>
        <CopyButton label={t('copy.link')} text={() => location.href} />
        {actions}
      </div>
      <nav class={style.tabs} aria-label={label}>
        {tabs.map(({ id, label: name }, index) => (
          <a
            key={id}
            href={placeHref({ tab: index === 0 ? undefined : id })}
            aria-current={id === current?.id ? 'page' : undefined}
          >
            {name}
          </a>
        ))}
      </nav>
      <div class={style.content} tabIndex={0} role="region" aria-label={current?.label}>
        {current?.content()}
      </div>
    </aside>
  );
}
