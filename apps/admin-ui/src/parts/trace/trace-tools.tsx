import type { Signal } from '@preact/signals';
import { go, place } from '../../state/place.ts';
import type { TraceTextKey } from '../../text/en/trace.ts';
import { traceText } from '../../text/trace-text.ts';
import { ViewTools, type ViewToolsProps } from './view-tools.tsx';
import style from './waterfall.module.css';

/** Spans of one kind; a click goes from one to the next. */
export interface Pill {
  readonly label: TraceTextKey;
  readonly ids: readonly string[];
  readonly isBad?: boolean;
}

export interface TraceToolsProps extends ViewToolsProps {
  readonly pills: readonly Pill[];
  readonly open: string | undefined;
  readonly onOpen: (id: string | undefined) => void;
  readonly isMatchesOnly: Signal<boolean>;
}

/** What is looked for in a trace, and how it is looked at. */
export function TraceTools({ pills, open, onOpen, isMatchesOnly, ...viewed }: TraceToolsProps) {
  const { find = '' } = place.value;
  return (
    <div class={style.tools}>
      <input
        type="search"
        aria-label={traceText('trace.find')}
        placeholder={traceText('trace.find.placeholder')}
        title={traceText('trace.find.title')}
        value={find}
        onInput={({ currentTarget }) => go({ find: currentTarget.value || undefined }, { replace: true })}
      />
      {find !== '' && (
        <button
          type="button"
          aria-pressed={isMatchesOnly.value}
          onClick={() => (isMatchesOnly.value = !isMatchesOnly.value)}
        >
          {traceText('trace.matchesOnly')}
        </button>
      )}
      {pills.map(({ label, ids, isBad }) => (
        <button
          key={label}
          type="button"
          class={`${style.pill} ${isBad === true && ids.length > 0 ? 'bad' : ''}`}
          disabled={ids.length === 0}
          onClick={() => onOpen(ids[(ids.indexOf(open ?? '') + 1) % ids.length])}
        >
          <b>{ids.length}</b> {traceText(label)}
        </button>
      ))}
      <ViewTools {...viewed} />
    </div>
  );
}
