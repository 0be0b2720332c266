import { useState } from 'preact/hooks';
import { Dialog } from '../parts/dialog/dialog.tsx';
import { place } from '../state/place.ts';
import { MAX_VIEW_NAME, savedViews, saveView, viewHref } from '../state/saved-views.ts';
import { t } from '../text/text.ts';
import type { Panel } from './panels.ts';
import style from './save-view-dialog.module.css';

/** Asks for the name of the place where the reader is. */
export function SaveViewDialog({
  panel,
  onClose,
}: {
  readonly panel: Panel | undefined;
  readonly onClose: () => void;
}) {
  const href = viewHref();
  const [name, setName] = useState(() => nameOf(href, panel));
  const wanted = name.trim();
  const isTaken = savedViews.value.some((view) => view.name === wanted && view.href !== href);
  return (
    <Dialog title={t('views.dialog')} onClose={onClose}>
      {/* The browser closes the dialog, and gives the focus back. */}
      <form method="dialog" class={style.form} onSubmit={() => saveView({ name: wanted, href })}>
        <label>
          {t('views.name')}
          <input
            // The dialog is opened to write it.
            autofocus
            type="text"
            maxLength={MAX_VIEW_NAME}
            autocomplete="off"
            value={name}
            // What is typed takes the place of the name that is offered.
            onFocus={({ currentTarget }) => currentTarget.select()}
            onInput={({ currentTarget }) => setName(currentTarget.value)}
          />
        </label>
        <code class={style.href}>{decoded(href)}</code>
        <p class="soft">{isTaken ? t('views.taken') : t('views.note')}</p>
        <button type="submit" class="primary" disabled={wanted === ''}>
          {t('views.confirm')}
        </button>
      </form>
    </Dialog>
  );
}

/** The name that it has already, or what is looked at, in as many words as a name has. */
function nameOf(href: string, panel: Panel | undefined): string {
  const known = savedViews.value.find((view) => view.href === href)?.name;
  const { q, find } = place.value;
  const words = [panel === undefined ? '' : t(panel.label), q ?? find ?? ''].filter((word) => word !== '');
  return known ?? words.join(': ').slice(0, MAX_VIEW_NAME);
}

function decoded(href: string): string {
  return [...new URLSearchParams(href)].map(([name, value]) => `${name}=${value}`).join('  ');
}
