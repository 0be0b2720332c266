import { go, place } from '../../state/place.ts';
import { number } from '../../text/format.ts';
import style from './counts.module.css';
import { hasTerm, toggleTerm } from './query-terms.ts';

/** A count of the rows in sight, and the condition that leaves just those. */
export interface Counted {
  readonly label: string;
  readonly count: number;
  readonly term: string;
  readonly isBad?: boolean;
}

/** Counts over a list; each is a filter to put in, or to take away where it is in force. */
export function Counts({ counted }: { readonly counted: readonly Counted[] }) {
  const q = place.value.q ?? '';
  const shown = counted.filter(({ count, term }) => count > 0 || hasTerm(q, term));
  return shown.length === 0 ? null : (
    <ul class={style.counts}>
      {shown.map(({ label, count, term, isBad }) => (
        <li key={term}>
          <button
            type="button"
            aria-pressed={hasTerm(q, term)}
            class={isBad === true && count > 0 ? style.bad : undefined}
            onClick={() => go({ q: toggleTerm(q, term) || undefined, row: undefined })}
          >
            <b>{number(count)}</b> {label}
          </button>
        </li>
      ))}
    </ul>
  );
}
