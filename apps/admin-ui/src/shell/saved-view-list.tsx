import { forgetView, savedViews, viewHref } from '../state/saved-views.ts';
import { t } from '../text/text.ts';
import style from './navigation.module.css';

/** Views with a key of their own. */
const MAX_KEYS = 9;

/** Places that the reader gave names, each a click or a key away, and the way to one more. */
export function SavedViewList({ onSave }: { readonly onSave: () => void }) {
  const here = viewHref();
  return (
    <nav aria-label={t('views.title')}>
      {savedViews.value.length > 0 && (
        <ul>
          {savedViews.value.map(({ name, href }, index) => (
            <li key={name} class={style.view}>
              <a
                href={href}
                aria-current={href === here ? 'true' : undefined}
                title={index < MAX_KEYS ? `${name} (${index + 1})` : name}
              >
                {index < MAX_KEYS && (
                  <span class="soft" aria-hidden="true">
                    {index + 1}{' '}
                  </span>
                )}
                {name}
              </a>
              <button type="button" class="quiet" title={t('views.forget', { name })} onClick={() => forgetView(name)}>
                <span aria-hidden="true">✕</span>
                <span class="hidden">{t('views.forget', { name })}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
      <button type="button" class={`quiet ${style.save}`} title={t('views.save.title')} onClick={onSave}>
        {t('views.save')}
      </button>
    </nav>
  );
}
