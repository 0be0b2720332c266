import { signal } from '@preact/signals';
import { later } from '../../parts/empty/later.tsx';
import { go } from '../../state/place.ts';
import { t } from '../../text/text.ts';
import type { BundleViewProps } from './bundle-view.tsx';
import style from './bundle.module.css';
import { type BundleReading, readBundle } from './read-bundle.ts';

/** Until a file is opened there is nothing to view. */
const LaterBundleView = later<BundleViewProps>(async () => (await import('./bundle-view.tsx')).BundleView);

/** What was opened, as long as the page is. It is sent nowhere. */
const opened = signal<(BundleReading & { readonly name: string }) | undefined>(undefined);

async function open(file: File | undefined): Promise<void> {
  if (file !== undefined) {
    // What was looked at in another one says nothing of this.
    if (opened.value !== undefined) {
      go({ span: undefined, view: undefined }, { replace: true });
    }
    opened.value = { ...readBundle(await file.text()), name: file.name };
  }
}

/** A saved bundle, from this gateway or any other, shown as if it were live. */
export function BundlePanel() {
  const reading = opened.value;
  return (
    <div
      class={style.panel}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => (event.preventDefault(), void open(event.dataTransfer?.files[0]))}
    >
      <h1>{t('panel.bundle')}</h1>
      <label class={style.open}>
        {t('bundle.open')}
        <input
          type="file"
          accept="application/json,.json"
          onChange={({ currentTarget }) => void open(currentTarget.files?.[0])}
        />
      </label>
      {reading?.ok === false && (
        <p role="alert" class="bad">
          {t(reading.issue, { name: reading.name, found: reading.found })}
        </p>
      )}
      {reading?.ok !== true && <p class="soft">{t('bundle.nothing')}</p>}
      {reading?.ok === true && <LaterBundleView bundle={reading.bundle} name={reading.name} />}
    </div>
  );
}
