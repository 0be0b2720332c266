import type { ComponentChildren } from 'preact';
import style from './empty.module.css';

export interface EmptyProps {
  /** Why there is nothing. */
  readonly children: ComponentChildren;
  /** The one thing to do about it. */
  readonly action?: { readonly href: string; readonly label: string };
}

/** Says why nothing is shown, and what would show something. */
export function Empty({ children, action }: EmptyProps) {
  return (
    <div class={style.empty} role="status">
      <p>{children}</p>
      {action !== undefined && (
        <a class={style.action} href={action.href}>
          {action.label}
        </a>
      )}
    </div>
  );
}
