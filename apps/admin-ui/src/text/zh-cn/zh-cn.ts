import type { TextKey } from '../en/en.ts';
import { gateway } from './gateway.ts';
import { requests } from './requests.ts';
import { search } from './search.ts';
import { shell } from './shell.ts';

/** What the page says in simplified Chinese. */
export const zhCn: Readonly<Record<TextKey, string>> = { ...shell, ...requests, ...search, ...gateway };
