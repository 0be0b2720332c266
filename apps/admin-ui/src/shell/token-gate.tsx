import { useState } from 'preact/hooks';
import { accessToken, keepToken } from '../api/access-token.ts';
import { t } from '../text/text.ts';
import style from './token-gate.module.css';

/** Asks for the credential that the API wants. It stays in this tab. */
export function TokenGate() {
  const [token, setToken] = useState('');
  const [isKept, setKept] = useState(false);
  return (
    <form
      class={style.gate}
      onSubmit={(event) => {
        event.preventDefault();
        keepToken(token.trim(), isKept);
      }}
    >
      <h1>{t('token.title')}</h1>
      <label>
        {t('token.label')}
        <input
          type="password"
          autocomplete="off"
          value={token}
          onInput={({ currentTarget }) => setToken(currentTarget.value)}
        />
      </label>
      {accessToken.value !== '' && (
        <p role="alert" class="bad">
          {t('token.wrong')}
        </p>
      )}
      <p class="soft">{t('token.advice')}</p>
      <label class={style.keep}>
        <input type="checkbox" checked={isKept} onChange={({ currentTarget }) => setKept(currentTarget.checked)} />
        {t('token.keep')}
      </label>
      <button type="submit" class="primary" disabled={token.trim() === ''}>
        {t('token.use')}
      </button>
    </form>
  );
}
