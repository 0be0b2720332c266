import type { TextKey } from '../en/en.ts';
import type { TraceTextKey } from '../en/trace.ts';
import { gateway } from './gateway.ts';
import { requests } from './requests.ts';
import { search } from './search.ts';
import { shell } from './shell.ts';
import { trace } from './trace.ts';

/** What the page says in simplified Chinese. */
export const zhCn: Readonly<Record<TextKey | TraceTextKey, string>> = {
  ...shell,
  ...requests,
  ...search,
  ...gateway,
  ...trace,
};
