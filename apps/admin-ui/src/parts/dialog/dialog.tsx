import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { t } from '../../text/text.ts';
import style from './dialog.module.css';

/** A window over the page, for as long as it is rendered. The browser keeps the focus in it and gives it back. */
export function Dialog(props: {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}) {
  const element = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => element.current?.showModal(), []);
  const close = (): void => element.current?.close();
  return (
    <dialog
      ref={element}
      aria-labelledby={titleId}
      class={style.dialog}
      onClose={props.onClose}
      onClick={({ target }) => target === element.current && close()}
    >
      <div class={style.head}>
        <h2 id={titleId}>{props.title}</h2>
        <button type="button" class="quiet" title={t('peek.close')} onClick={close}>
          <span aria-hidden="true">✕</span>
          <span class="hidden">{t('peek.close')}</span>
        </button>
      </div>
      {props.children}
    </dialog>
  );
}
