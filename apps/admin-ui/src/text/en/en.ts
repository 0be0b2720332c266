import { gateway } from './gateway.ts';
import { requests } from './requests.ts';
import { search } from './search.ts';
import { shell } from './shell.ts';

/** What the page says in English; each other language has the same keys, which the compiler checks. */
export const en = { ...shell, ...requests, ...search, ...gateway } as const;

/** A text of the page. */
export type TextKey = keyof typeof en;

/** The same texts in another language. */
export type Translation<Texts> = Readonly<Record<keyof Texts, string>>;
