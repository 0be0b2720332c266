import type { ComponentChildren } from 'preact';
import style from './list-frame.module.css';

export interface ListFrameProps {
  readonly title: string;
  /** What is asked for, and what is counted, above the list. */
  readonly tools: ComponentChildren;
  readonly children: ComponentChildren;
  /** How much of it there is, below. */
  readonly foot: ComponentChildren;
  /** What is open, beside. */
  readonly peek?: ComponentChildren;
}

/** Where everything of a list stands: it fills the panel, and only its rows scroll. */
export function ListFrame({ title, tools, children, foot, peek }: ListFrameProps) {
  return (
    <div class={style.split}>
      <section class={style.list} aria-label={title}>
        <div class={style.tools}>
          <h1 class="hidden">{title}</h1>
          {tools}
        </div>
        {children}
        <footer class={style.foot}>{foot}</footer>
      </section>
      {peek}
    </div>
  );
}
