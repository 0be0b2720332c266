import { readQuery, type QueryFields } from '@dcc-mcp/call-store/query';
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { useKeys } from '../../shell/use-keys.ts';
import { go, place } from '../../state/place.ts';
import { number } from '../../text/format.ts';
import { t } from '../../text/text.ts';
import { faultText } from './fault-text.ts';
import style from './query-bar.module.css';
import { besideTerm, termsOf, withoutTerm } from './query-terms.ts';
import { type Suggestion, pieceAt, suggestionsFor, writtenIn } from './suggestions.ts';
import { type FacetRows, useFacet } from './use-facet.ts';

/** What a filter is written for. */
export interface QueryBarProps {
  readonly fields: QueryFields;
  /** Rows in sight, which values are offered from until more is known. */
  readonly rows: readonly object[];
  /** All rows there are, where the gateway counts their values. */
  readonly facets?: FacetRows | undefined;
  /** An example; the default is one of calls. */
  readonly placeholder?: string | undefined;
}

/** The filter of a list: as text and as pieces, both of the one in the address. */
export function QueryBar({ fields, rows, facets, placeholder = t('list.filter.placeholder') }: QueryBarProps) {
  const q = place.value.q ?? '';
  const [draft, setDraft] = useState(q);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => setDraft(q), [q]);
  useKeys({ filter: () => input.current?.focus() });
  const reading = readQuery(draft, fields);
  const apply = (text: string): void => {
    setDraft(text);
    if (readQuery(text, fields).ok) {
      go({ q: text.trim() || undefined, row: undefined });
    }
  };
  return (
    <search class={style.bar}>
      <Combobox
        draft={draft}
        input={input}
        placeholder={placeholder}
        onDraft={setDraft}
        onApply={apply}
        source={{ fields, rows, facets }}
      />
      {draft !== '' && (
        <button type="button" class="quiet" title={t('list.filter.clear')} onClick={() => apply('')}>
          ✕<span class="hidden">{t('list.filter.clear')}</span>
        </button>
      )}
      {reading.ok ? (
        <Terms q={q} onApply={apply} />
      ) : (
        <Issue text={draft} position={reading.issue.position} message={faultText(reading.issue.fault)}>
          {draft !== q && (q === '' ? t('list.filter.none') : t('list.filter.still', { filter: q }))}
        </Issue>
      )}
    </search>
  );
}

/** Each condition that is in force, to be taken away. */
function Terms({ q, onApply }: { readonly q: string; readonly onApply: (q: string) => void }) {
  const terms = termsOf(q);
  return terms.length === 0 ? null : (
    <ul class={style.terms}>
      {terms.map(({ text, at }) => (
        <li key={at} class={text === 'OR' ? 'soft' : style.term}>
          <span class="clip">{text}</span>
          {text !== 'OR' && (
            <button type="button" onClick={() => onApply(withoutTerm(q, at))}>
              <span aria-hidden="true">✕</span>
              <span class="hidden">{t('list.filter.remove', { term: text })}</span>
            </button>
          )}
        </li>
      ))}
    </ul>
  );
}

interface IssueProps {
  readonly text: string;
  readonly position: number;
  readonly message: string;
  /** What the list shows meanwhile. */
  readonly children: ComponentChildren;
}

/** What is wrong, below the character that it begins at. */
function Issue({ text, position, message, children }: IssueProps) {
  return (
    <p role="alert" class={style.issue}>
      <code aria-hidden="true">
        {text.slice(0, position)}
        <mark>{text.slice(position) || '␣'}</mark>
      </code>
      {message}{' '}
      <span class="soft">
        {t('refused.at', { n: position + 1 })} {children}
      </span>
    </p>
  );
}

interface ComboboxProps {
  readonly placeholder: string;
  readonly draft: string;
  readonly input: { current: HTMLInputElement | null };
  readonly onDraft: (text: string) => void;
  readonly onApply: (text: string) => void;
  /** What is offered. */
  readonly source: Pick<QueryBarProps, 'fields' | 'rows' | 'facets'>;
}

/** A text with a list of ways to go on (ARIA 1.2, combobox with list autocomplete). */
function Combobox({ draft, input, placeholder, onDraft, onApply, source }: ComboboxProps) {
  const [isOpen, setOpen] = useState(false);
  const [chosen, setChosen] = useState(-1);
  const listId = useId();
  const caret = input.current?.selectionStart ?? draft.length;
  const piece = pieceAt(draft, caret);
  const { fields, rows, facets } = source;
  const written = isOpen ? writtenIn(piece.text, fields) : undefined;
  const known = useFacet(facets, written, besideTerm(draft, piece.at));
  const offered = isOpen ? suggestionsFor(piece.text, fields, { known, rows }) : [];
  const take = ({ text }: Suggestion): void => {
    const next = draft.slice(0, piece.at) + text + draft.slice(piece.at + piece.text.length);
    setChosen(-1);
    (text.endsWith('=') ? onDraft : onApply)(next);
    input.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    const suggestion = offered[chosen];
    if (step !== 0 && offered.length > 0) {
      event.preventDefault();
      // Where none is chosen yet, up is the last one.
      setChosen((Math.max(chosen, step > 0 ? -1 : 0) + step + offered.length) % offered.length);
    } else if ((event.key === 'Enter' || event.key === 'Tab') && suggestion !== undefined) {
      event.preventDefault();
      take(suggestion);
    } else if (event.key === 'Enter') {
      setOpen(false);
      onApply(draft);
    } else if (event.key === 'Escape') {
      event.preventDefault();
      setOpen(false);
      input.current?.blur();
    }
  };
  return (
    <div class={style.combobox}>
      <input
        ref={input}
        type="text"
        role="combobox"
        class="mono"
        aria-label={t('list.filter')}
        aria-expanded={offered.length > 0}
        aria-controls={listId}
        aria-autocomplete="list"
        aria-activedescendant={chosen >= 0 ? `${listId}-${chosen}` : undefined}
        placeholder={placeholder}
        autocomplete="off"
        spellcheck={false}
        value={draft}
        onInput={({ currentTarget }) => (setOpen(true), setChosen(-1), onDraft(currentTarget.value))}
        onKeyDown={onKeyDown}
        onBlur={() => setOpen(false)}
      />
      <Offered id={listId} offered={offered} chosen={chosen} onTake={take} />
    </div>
  );
}

interface OfferedProps {
  readonly id: string;
  readonly offered: readonly Suggestion[];
  readonly chosen: number;
  readonly onTake: (suggestion: Suggestion) => void;
}

function Offered({ id, offered, chosen, onTake }: OfferedProps) {
  return (
    <ul id={id} role="listbox" aria-label={t('list.filter')} class={style.offered} hidden={offered.length === 0}>
      {offered.map((suggestion, index) => (
        <li
          key={suggestion.text}
          id={`${id}-${index}`}
          role="option"
          aria-selected={index === chosen}
          // The text keeps the focus.
          onMouseDown={(event) => (event.preventDefault(), onTake(suggestion))}
        >
          <code>{suggestion.text}</code>
          {suggestion.count !== undefined && suggestion.count > 0 && (
            <span class="soft">{number(suggestion.count)}</span>
          )}
        </li>
      ))}
    </ul>
  );
}
