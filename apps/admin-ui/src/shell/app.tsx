import { signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useErrorBoundary } from 'preact/hooks';
import { needsToken } from '../api/client.ts';
import { isLive, refreshes } from '../api/live.ts';
import { later } from '../parts/empty/later.tsx';
import { Said } from '../parts/value/said.tsx';
import { goTo, panelName, placeHref } from '../state/place.ts';
import { timeStyle } from '../state/preferences.ts';
import { savedViews } from '../state/saved-views.ts';
import { t } from '../text/text.ts';
import style from './app.module.css';
import { Head } from './head.tsx';
import { Navigation } from './navigation.tsx';
import { type Panel, panelOf, PANELS } from './panels.ts';
import { useKeys } from './use-keys.ts';

/** What is asked or told over the page. */
const over = signal<'keys' | 'saveView' | undefined>(undefined);

/** The head, the navigation and the panel that the address names. */
export function App() {
  useKeys({
    live: () => void (isLive.value = !isLive.value),
    refresh: () => void (refreshes.value += 1),
    times: () => void (timeStyle.value = timeStyle.value === 'relative' ? 'absolute' : 'relative'),
    saveView: () => void (over.value = 'saveView'),
    view: (key) => goToView(Number(key)),
    help: () => void (over.value = 'keys'),
  });
  const panel = panelOf(panelName.value);
  useEffect(() => {
    document.title = `${panel === undefined ? '' : `${t(panel.label)} · `}${t('app.name')}`;
  });
  return (
    <div class={style.app}>
      <a class={style.skip} href="#panel">
        {t('app.skip')}
      </a>
      <Head panel={panel} onHelp={() => (over.value = 'keys')} />
      <Navigation current={panel?.id} onSave={() => (over.value = 'saveView')} />
      <main id="panel" class={style.panel} tabIndex={-1}>
        {needsToken.value ? <LaterTokenGate /> : <Shown panel={panel} />}
      </main>
      <div class={style.over}>
        {over.value === 'keys' && <LaterKeySheet onClose={closeOver} />}
        {over.value === 'saveView' && <LaterSaveViewDialog panel={panel} onClose={closeOver} />}
      </div>
      <Said />
    </div>
  );
}

const LaterTokenGate = later(async () => (await import('./token-gate.tsx')).TokenGate);
const LaterKeySheet = later(async () => (await import('./key-sheet.tsx')).KeySheet);
const LaterSaveViewDialog = later(async () => (await import('./save-view-dialog.tsx')).SaveViewDialog);

function closeOver(): void {
  over.value = undefined;
}

/** The saved view at a place of the list, from 1; nothing where there are fewer. */
function goToView(number: number): void {
  const view = savedViews.value[number - 1];
  if (view !== undefined) {
    goTo(view.href);
  }
}

const VIEWS = new Map(PANELS.map(({ id, load }) => [id, later(load)]));

function Shown({ panel }: { readonly panel: Panel | undefined }) {
  const View = panel && VIEWS.get(panel.id);
  if (panel === undefined || View === undefined) {
    return <p class={style.notice}>{t('panel.unknown', { name: panelName.value })}</p>;
  }
  return (
    <Guarded key={panel.id}>
      <View />
    </Guarded>
  );
}

/** What can't be drawn is said, and the rest of the page goes on; another place is tried anew. */
function Guarded({ children }: { readonly children: ComponentChildren }) {
  const [error, forget] = useErrorBoundary();
  const here = placeHref({});
  useEffect(() => {
    if (error !== undefined) {
      forget();
    }
  }, [here]);
  if (error === undefined) {
    return <>{children}</>;
  }
  return (
    <div class={style.notice} role="alert">
      <p>{t('panel.notDrawn')}</p>
      <code>{String(error)}</code>
      <button type="button" onClick={forget}>
        {t('panel.again')}
      </button>
    </div>
  );
}
