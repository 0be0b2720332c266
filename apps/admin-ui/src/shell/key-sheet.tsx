import { Dialog } from '../parts/dialog/dialog.tsx';
import { t } from '../text/text.ts';
import style from './key-sheet.module.css';
import { KEYS } from './keys.ts';
import { PANELS } from './panels.ts';

const SHOWN: Readonly<Record<string, string>> = {
  ArrowDown: '↓',
  ArrowUp: '↑',
  ArrowLeft: '←',
  ArrowRight: '→',
  Escape: 'Esc',
  ContextMenu: '☰',
};

/** What each key does. */
export function KeySheet({ onClose }: { readonly onClose: () => void }) {
  return (
    <Dialog title={t('keys.title')} onClose={onClose}>
      <dl class={style.keys}>
        {KEYS.map(({ action, keys, label }) => (
          <Row key={action} keys={keys} label={t(label)} />
        ))}
        {PANELS.map(({ id, key, label }) => (
          <Row key={id} keys={[`g ${key}`]} label={t('keys.panel', { panel: t(label) })} />
        ))}
      </dl>
    </Dialog>
  );
}

function Row({ keys, label }: { readonly keys: readonly string[]; readonly label: string }) {
  return (
    <div>
      <dt>
        {keys.map((key) => (
          <kbd key={key}>{SHOWN[key] ?? key}</kbd>
        ))}
      </dt>
      <dd>{label}</dd>
    </div>
  );
}
