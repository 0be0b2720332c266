import { useState } from 'preact/hooks';
import { t } from '../../text/text.ts';
import { say } from './said.tsx';

/** Copies a text, and says so. */
export async function copyText(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    say(t('copy.done'));
  } catch {
    say(t('copy.failed'));
  }
}

export interface CopyButtonProps {
  readonly label: string;
  /** What is copied; made when it is asked for. */
  readonly text: () => string | Promise<string>;
  readonly isPrimary?: boolean;
}

/** One click copies. */
export function CopyButton({ label, text, isPrimary = false }: CopyButtonProps) {
  const [isDone, setDone] = useState(false);
  const copy = async (): Promise<void> => {
    await copyText(await text());
    setDone(true);
    setTimeout(() => setDone(false), 1_500);
  };
  return (
    <button type="button" class={isPrimary ? 'primary' : undefined} onClick={() => void copy()}>
      {isDone ? `✓ ${label}` : label}
    </button>
  );
}
