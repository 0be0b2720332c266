// Where the reader is: everything that is seen stands in the address, so that it can be reloaded, shared and gone back to.
import { computed, type ReadonlySignal, signal } from '@preact/signals';

/** What can stand in the address beside `panel`. */
export interface PlaceParameters {
  /** A filter in the query language. */
  readonly q?: string;
  /** `15m`, `1h`, `24h`, `7d` or `all`. */
  readonly range?: string;
  /** RFC 3339; in place of a range. */
  readonly since?: string;
  readonly until?: string;
  /** The row that is looked at beside the list. */
  readonly row?: string;
  /** The other row of a comparison. */
  readonly with?: string;
  /** A trace by any of its ids. */
  readonly trace?: string;
  readonly span?: string;
  readonly tab?: string;
  readonly instance?: string;
  readonly find?: string;
  /** What a panel of its own keeps. */
  readonly view?: string;
}

/** Changes of the place; undefined takes one away. */
export type PlaceChanges = { readonly [Name in keyof PlaceParameters | 'panel']?: string | undefined };

const NAMES = [
  'q',
  'range',
  'since',
  'until',
  'row',
  'with',
  'trace',
  'span',
  'tab',
  'instance',
  'find',
  'view',
] as const;
/** They go along when another panel is opened: what is looked for, and when. */
const LASTING = new Set<string>(['range', 'since', 'until']);

const address = signal(new URLSearchParams(globalThis.location?.search ?? ''));

/** The name of the panel as it stands in the address. */
export const panelName: ReadonlySignal<string> = computed(() => address.value.get('panel') ?? '');

/** What stands beside it. */
export const place: ReadonlySignal<PlaceParameters> = computed(() =>
  Object.fromEntries(NAMES.map((name) => [name, address.value.get(name) ?? '']).filter(([, value]) => value !== '')),
);

/** The address of a place: of another panel with what lasts, of this one with what is changed. */
export function placeHref(changes: PlaceChanges, from: URLSearchParams = address.value): string {
  const next = new URLSearchParams();
  const isElsewhere = changes.panel !== undefined && changes.panel !== (from.get('panel') ?? '');
  const names = ['panel', ...NAMES] as const;
  for (const name of names) {
    const kept = isElsewhere && !LASTING.has(name) ? '' : (from.get(name) ?? '');
    // Other requests have other times.
    const fitting = name === 'view' && openIn(next) !== openIn(from) ? kept.replace(TIMES, '') : kept;
    const value = name in changes ? changes[name] : fitting;
    if (value) {
      next.set(name, value);
    }
  }
  return `?${next}`;
}

/** The part of a trace that is looked at, as it stands in a view. */
const TIMES = / ?[\d.]+-[\d.]+$/;

/** The request that is looked at: on the whole page, else beside the list. */
function openIn(parameters: URLSearchParams): string | null {
  return parameters.get('trace') ?? parameters.get('row');
}

/** Goes to a place. A change that only refines what is seen replaces the entry of the history. */
export function go(changes: PlaceChanges, { replace = false }: { readonly replace?: boolean } = {}): void {
  goTo(placeHref(changes), replace);
}

/** Goes to the address of a place. */
export function goTo(href: string, replace = false): void {
  if (href === location.search) {
    return;
  }
  history[replace ? 'replaceState' : 'pushState'](undefined, '', href === '?' ? location.pathname : href);
  address.value = new URLSearchParams(location.search);
}

/** Links of this page change the place; all others are left to the browser. */
export function followLinks(): void {
  addEventListener('popstate', () => {
    address.value = new URLSearchParams(location.search);
  });
  document.addEventListener('click', (event) => {
    const link = event.target instanceof Element ? event.target.closest('a') : undefined;
    const href = link?.getAttribute('href');
    const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
    if (href?.startsWith('?') === true && isPlain && link?.target === '' && !event.defaultPrevented) {
      event.preventDefault();
      goTo(href);
    }
  });
}
