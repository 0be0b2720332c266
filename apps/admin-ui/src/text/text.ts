import { type Signal, signal } from '@preact/signals';
import { language, type Language } from '../state/preferences.ts';
import { en, type TextKey } from './en/en.ts';
import type { TraceTextKey } from './en/trace.ts';
import { fill } from './fill.ts';

/** A language that is loaded brings the texts of parts that are loaded later. */
type Texts = Readonly<Record<TextKey, string> & Partial<Record<TraceTextKey, string>>>;

/** In the language that is read. */
export const texts: Signal<Texts> = signal<Texts>(en);

const LOADERS: Readonly<Record<Language, () => Promise<Texts>>> = {
  en: async () => en,
  'zh-CN': async () => (await import('./zh-cn/zh-cn.ts')).zhCn,
};

/** Follows the language that was chosen; resolves when the first is there. */
export async function loadTexts(): Promise<void> {
  await load(language.value);
  language.subscribe((chosen) => void load(chosen));
}

async function load(chosen: Language): Promise<void> {
  const loaded = await LOADERS[chosen]();
  if (language.value === chosen) {
    texts.value = loaded;
  }
}

/** A text with its gaps filled: `t('list.new', { n: 3 })`; see {@link fill}. */
export function t(key: TextKey, values: Readonly<Record<string, string | number>> = {}): string {
  return fill(texts.value[key], values);
}
