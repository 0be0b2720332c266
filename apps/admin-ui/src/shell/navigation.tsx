import { placeHref } from '../state/place.ts';
import { t } from '../text/text.ts';
import style from './navigation.module.css';
import { PANELS, type PanelId } from './panels.ts';

const GROUPS = ['look', 'requests', 'gateway'] as const;

/** All panels; the current one is marked. */
export function Navigation({ current }: { readonly current: PanelId | undefined }) {
  return (
    <nav aria-label={t('app.panels')} class={style.navigation}>
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
