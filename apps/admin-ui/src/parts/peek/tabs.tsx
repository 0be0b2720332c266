import type { ComponentChildren } from 'preact';
import { place, placeHref } from '../../state/place.ts';
import style from './peek.module.css';

/** One way to look at what is open; the first is shown where the address names none. */
export interface Tab {
  readonly id: string;
  readonly label: string;
  readonly content: () => ComponentChildren;
}

/** The ways to look at it, and the one that is chosen. */
export function Tabs({ tabs, label }: { readonly tabs: readonly Tab[]; readonly label: string }) {
  const current = tabs.find(({ id }) => id === place.value.tab) ?? tabs[0];
  return (
    <>
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
    </>
  );
}
