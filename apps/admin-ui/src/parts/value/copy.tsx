import { useState } from 'preact/hooks';
import { t } from '../../text/text.ts';
import { say } from './said.tsx';
import { told } from './told.ts';

/** Copies a text, says so, and gives whether it could. */
export async function copyText(text: string): Promise<boolean> {
  const isCopied = (await written(text)) || copiedByHand(text);
  say(t(isCopied ? 'copy.done' : 'copy.failed'));
  return isCopied;
}

async function written(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

/** Over plain HTTP from another machine browsers have no clipboard but this one. */
function copiedByHand(text: string): boolean {
  const field = document.createElement('textarea');
  field.value = text;
  field.className = 'hidden';
  const focused = document.activeElement;
  // A modal window keeps the focus to itself.
  (document.querySelector('dialog[open]') ?? document.body).append(field);
  field.select();
  const isCopied = document.execCommand('copy');
  field.remove();
  if (focused instanceof HTMLElement) {
    focused.focus();
  }
  return isCopied;
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
    setDone(await copyText(await text()));
    setTimeout(() => setDone(false), 1_500);
  };
  return (
    <button type="button" class={isPrimary ? 'primary' : undefined} onClick={() => void told(copy)}>
      {isDone ? `✓ ${label}` : label}
    </button>
  );
}
