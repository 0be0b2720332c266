import { useEffect, useRef } from 'preact/hooks';
import { placeHref } from '../state/place.ts';
import { t } from '../text/text.ts';
import style from './navigation.module.css';
import { PANELS, type PanelId } from './panels.ts';
import { SavedViewList } from './saved-view-list.tsx';

const GROUPS = ['look', 'requests', 'gateway'] as const;

/** All panels and what the reader saved of them; the current one is marked. */
export function Navigation(props: { readonly current: PanelId | undefined; readonly onSave: () => void }) {
  return (
    <div class={style.navigation}>
      <PanelList current={props.current} />
      <SavedViewList onSave={props.onSave} />
    </div>
  );
}

function PanelList({ current }: { readonly current: PanelId | undefined }) {
  const list = useRef<HTMLElement>(null);
  // On a narrow screen the panels are one line, longer than the screen.
  useEffect(() => {
    list.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [current]);
  return (
    <nav ref={list} aria-label={t('app.panels')}>
      {GROUPS.map((group) => (
        <ul key={group} aria-label={t(`group.${group}`)}>
          {PANELS.filter((panel) => panel.group === group).map(({ id, label, key }) => (
            <li key={id}>
              <a
                href={placeHref({ panel: id })}
                aria-current={id === current ? 'page' : undefined}
                title={`${t(label)} (g ${key})`}
              >
                {t(label)}
              </a>
            </li>
          ))}
        </ul>
      ))}
    </nav>
  );
}
