import { signal } from '@preact/signals';
import style from './value.module.css';

const said = signal('');
const SHOWN_MILLIS = 2_500;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Says something in passing, to eyes and to screen readers. */
export function say(text: string): void {
  clearTimeout(timer);
  said.value = text;
  timer = setTimeout(() => (said.value = ''), SHOWN_MILLIS);
}

/** Where it is said; once on the page. */
export function Said() {
  return (
    <div role="status" aria-live="polite" class={said.value === '' ? 'hidden' : style.said}>
      {said.value}
    </div>
  );
}
