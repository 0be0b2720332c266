import type { FunctionComponent } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { t } from '../../text/text.ts';
import style from './empty.module.css';

/** A part of the page whose code is loaded when it is first looked at, and stays loaded. */
export function later<Props extends object>(load: () => Promise<FunctionComponent<Props>>): FunctionComponent<Props> {
  let Loaded: FunctionComponent<Props> | undefined;
  return function Later(props: Props) {
    const [state, setState] = useState<'waiting' | 'loaded' | 'failed'>('waiting');
    useEffect(() => {
      if (Loaded === undefined) {
        const keep = (component: FunctionComponent<Props>): void => {
          Loaded = component;
          setState('loaded');
        };
        load().then(keep, () => setState('failed'));
      }
    }, []);
    if (Loaded !== undefined) {
      return <Loaded {...props} />;
    }
    return state === 'failed' ? <NotLoaded /> : <p class={style.loading}>{t('list.loading')}</p>;
  };
}

/** A gateway that was updated has other files than the page that is open. */
export function NotLoaded() {
  return (
    <div class={style.empty} role="alert">
      <p>{t('panel.notLoaded')}</p>
      <button type="button" onClick={() => location.reload()}>
        {t('panel.reload')}
      </button>
    </div>
  );
}
