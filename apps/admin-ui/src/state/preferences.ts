// What a reader chose for this browser: colours, language, times. It is no part of an address that others get.
import { effect, type Signal, signal } from '@preact/signals';
import { keepText, keptText } from './kept-text.ts';

export type Theme = 'system' | 'dark' | 'light';
export type Language = 'en' | 'zh-CN';
export type TimeStyle = 'relative' | 'absolute';

export const theme: Signal<Theme> = kept('theme', ['system', 'dark', 'light'], 'system');
export const language: Signal<Language> = kept('language', ['en', 'zh-CN'], preferredLanguage());
export const timeStyle: Signal<TimeStyle> = kept('time', ['relative', 'absolute'], 'relative');

/** Keeps the root element as the reader chose. */
export function applyPreferences(): void {
  effect(() => {
    const { dataset } = document.documentElement;
    if (theme.value === 'system') {
      delete dataset['theme'];
    } else {
      dataset['theme'] = theme.value;
    }
    document.documentElement.lang = language.value;
  });
}

function preferredLanguage(): Language {
  return globalThis.navigator?.language.toLowerCase().startsWith('zh') ? 'zh-CN' : 'en';
}

/** A choice that outlives the tab, where the browser allows it. */
function kept<Choice extends string>(name: string, choices: readonly Choice[], fallback: Choice): Signal<Choice> {
  const stored = keptText(name);
  const choice = signal(choices.find((each) => each === stored) ?? fallback);
  choice.subscribe((value) => {
    keepText(name, value === fallback ? undefined : value);
  });
  return choice;
}
