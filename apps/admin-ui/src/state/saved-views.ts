// Places of the page by names that the reader gave them. They stay in this browser; the link of one is all that others need.
import { type ReadonlySignal, signal } from '@preact/signals';
import { keepText, keptText, watchKeptText } from './kept-text.ts';
import { placeHref } from './place.ts';

/** A place with a name. */
export interface SavedView {
  readonly name: string;
  /** `?panel=calls&q=…`. */
  readonly href: string;
}

const KEPT_AS = 'views';
/** Most characters of a name. */
export const MAX_VIEW_NAME = 60;
/** What is open in a place is gone some day; what is looked for is not. */
const PASSING = { row: undefined, with: undefined, span: undefined, tab: undefined } as const;

const views = signal(readViews(keptText(KEPT_AS)));

/** The oldest first. */
export const savedViews: ReadonlySignal<readonly SavedView[]> = views;

/** Follows what other tabs save. */
export function watchSavedViews(): void {
  watchKeptText(KEPT_AS, (text) => (views.value = readViews(text)));
}

/** The place where the reader is, without what is open in it. */
export function viewHref(): string {
  return placeHref(PASSING);
}

/** Saves a place; one of the same name is replaced where it stands. */
export function saveView(view: SavedView): void {
  const isKnown = views.value.some(({ name }) => name === view.name);
  keep(isKnown ? views.value.map((each) => (each.name === view.name ? view : each)) : [...views.value, view]);
}

/** Forgets the view of a name. */
export function forgetView(name: string): void {
  keep(views.value.filter((each) => each.name !== name));
}

function keep(next: readonly SavedView[]): void {
  views.value = next;
  keepText(KEPT_AS, next.length === 0 ? undefined : JSON.stringify(next));
}

/** What was kept, as far as it is views: an older or newer page may have written it. */
export function readViews(text: string | undefined): readonly SavedView[] {
  try {
    const kept: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(kept) ? kept.flatMap(toView) : [];
  } catch {
    return [];
  }
}

function toView(value: unknown): readonly SavedView[] {
  if (typeof value !== 'object' || value === null || !('name' in value) || !('href' in value)) {
    return [];
  }
  const { name, href } = value;
  // Only of this page: it becomes a link.
  return typeof name === 'string' && name !== '' && typeof href === 'string' && href.startsWith('?')
    ? [{ name: name.slice(0, MAX_VIEW_NAME), href: placeHref({}, new URLSearchParams(href)) }]
    : [];
}
