import { t } from '../../text/text.ts';
import style from './empty.module.css';

/** Said in place of what is awaited. */
export function Loading() {
  return (
    <p class={style.loading} role="status">
      {t('list.loading')}
    </p>
  );
}
