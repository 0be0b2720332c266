import type { Signal } from '@preact/signals';
import { go, place } from '../../state/place.ts';
import type { TextKey } from '../../text/en/en.ts';
import { t } from '../../text/text.ts';
import { clamped, type TimeWindow, windowText, zoomed } from './time-window.ts';
import style from './waterfall.module.css';

/** Spans of one kind; a click goes from one to the next. */
export interface Pill {
  readonly label: TextKey;
  readonly ids: readonly string[];
  readonly isBad?: boolean;
}

export interface TraceToolsProps {
  readonly pills: readonly Pill[];
  readonly open: string | undefined;
  readonly onOpen: (id: string | undefined) => void;
  readonly isMatchesOnly: Signal<boolean>;
  readonly total: number;
  readonly window: TimeWindow;
}

/** What is looked for in a trace, and how near. */
export function TraceTools({ pills, open, onOpen, isMatchesOnly, total, window }: TraceToolsProps) {
  const { find = '' } = place.value;
  const zoom = (factor: number): void => {
    const next = clamped(zoomed(window, factor, (window.from + window.to) / 2), total);
    go({ view: windowText(next, total) }, { replace: true });
  };
  return (
    <div class={style.tools}>
      <input
        type="search"
        aria-label={t('trace.find')}
        placeholder={t('trace.find')}
        value={find}
        onInput={({ currentTarget }) => go({ find: currentTarget.value || undefined }, { replace: true })}
      />
      {find !== '' && (
        <button
          type="button"
          aria-pressed={isMatchesOnly.value}
          onClick={() => (isMatchesOnly.value = !isMatchesOnly.value)}
        >
          {t('trace.matchesOnly')}
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
          <b>{ids.length}</b> {t(label)}
        </button>
      ))}
      <span class={style.space} />
      <button type="button" aria-label={t('trace.zoomOut')} title={t('trace.zoomOut')} onClick={() => zoom(0.5)}>
        −
      </button>
      <button type="button" onClick={() => go({ view: undefined }, { replace: true })} title="0">
        {t('trace.fit')}
      </button>
      <button type="button" aria-label={t('trace.zoomIn')} title={t('trace.zoomIn')} onClick={() => zoom(2)}>
        +
      </button>
    </div>
  );
}
