import { useRef } from 'preact/hooks';
import { useKeys } from '../../shell/use-keys.ts';
import { go, place, placeHref } from '../../state/place.ts';
import { number } from '../../text/format.ts';
import style from './page.module.css';

/** Words that what is shown has to hold; they stand in the address as `find`. */
export function Find({ label }: { readonly label: string }) {
  const input = useRef<HTMLInputElement>(null);
  useKeys({ filter: () => input.current?.focus() });
  return (
    <input
      ref={input}
      type="search"
      class={style.find}
      aria-label={label}
      placeholder={label}
      autocomplete="off"
      spellcheck={false}
      value={place.value.find ?? ''}
      onInput={({ currentTarget }) => go({ find: currentTarget.value || undefined }, { replace: true })}
      onKeyDown={(event) => event.key === 'Escape' && event.currentTarget.blur()}
    />
  );
}

/** A count of what is shown, and the view that leaves just that. */
export interface Chip {
  /** As it stands in the address: `view`. */
  readonly view: string;
  readonly label: string;
  readonly count: number;
  readonly isBad?: boolean;
}

/** Counts of what there is; each shows just that, or everything again. */
export function Chips({ label, chips }: { readonly label: string; readonly chips: readonly Chip[] }) {
  const { view: current } = place.value;
  const shown = chips.filter(({ count, view }) => count > 0 || view === current);
  return shown.length === 0 ? null : (
    <ul class={style.chips} aria-label={label}>
      {shown.map(({ view, label: name, count, isBad }) => (
        <li key={view}>
          <a
            href={placeHref({ view: view === current ? undefined : view })}
            aria-current={view === current ? 'true' : undefined}
            class={isBad === true ? style.attention : undefined}
          >
            <b>{number(count)}</b> {name}
          </a>
        </li>
      ))}
    </ul>
  );
}
