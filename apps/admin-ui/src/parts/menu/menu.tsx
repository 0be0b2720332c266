import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import style from './menu.module.css';

/** A button that opens a short list of things to do. `Escape` and a click elsewhere close it. */
export function Menu({ label, children }: { readonly label: string; readonly children: ComponentChildren }) {
  const element = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    const close = (event: Event): void => {
      const isInside = event.target instanceof Node && element.current?.contains(event.target) === true;
      if (event instanceof KeyboardEvent && event.key === 'Escape' && element.current?.open === true) {
        // What lies below stays open, and the focus goes back to where it came from.
        event.preventDefault();
        element.current.querySelector('summary')?.focus();
        element.current.removeAttribute('open');
      } else if (!(event instanceof KeyboardEvent) && !isInside) {
        element.current?.removeAttribute('open');
      }
    };
    document.addEventListener('pointerdown', close);
    document.addEventListener('keydown', close, true);
    return () => {
      document.removeEventListener('pointerdown', close);
      document.removeEventListener('keydown', close, true);
    };
  }, []);
  return (
    <details ref={element} class={style.menu}>
      <summary>{label}</summary>
      <div class={style.list} onClick={() => element.current?.removeAttribute('open')}>
        {children}
      </div>
    </details>
  );
}
