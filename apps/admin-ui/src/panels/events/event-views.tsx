import { place, placeHref } from '../../state/place.ts';
import { t } from '../../text/text.ts';
import style from './events.module.css';

/** Events of the servers alone, or the one feed of everything. */
export function EventViews() {
  const isAll = place.value.view === 'activity';
  const cleared = { q: undefined, row: undefined, tab: undefined };
  return (
    <nav aria-label={t('panel.events')} class={style.views}>
      <a href={placeHref({ ...cleared, view: undefined })} aria-current={isAll ? undefined : 'page'}>
        {t('events.servers')}
      </a>
      <a href={placeHref({ ...cleared, view: 'activity' })} aria-current={isAll ? 'page' : undefined}>
        {t('events.everything')}
      </a>
    </nav>
  );
}
