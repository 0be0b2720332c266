import type { GovernanceAnswer } from '@dcc-mcp/admin-api';
import { Section } from '../../parts/page/page.tsx';
import { placeHref } from '../../state/place.ts';
import { known } from '../../text/known.ts';
import { t } from '../../text/text.ts';
import style from './governance.module.css';

const SURFACES = ['mcp', 'metrics', 'admin'] as const;

const KINDS = {
  none: 'governance.access.none',
  token: 'governance.access.token',
  jwt: 'governance.access.jwt',
  oauth: 'governance.access.oauth',
} as const;

function kindText(kind: string): string {
  const key = known(KINDS, kind);
  return key === undefined ? kind : t(key);
}

/** Who is let in where, and whether what they say on the wire is kept. */
export function Access({
  answer: { authentication, traffic_capture: capture },
}: {
  readonly answer: GovernanceAnswer;
}) {
  return (
    <Section title={t('governance.access')}>
      <ul class={style.sentences}>
        {SURFACES.map((surface) => {
          const kind = authentication[surface];
          return (
            <li key={surface}>
              <b>{t(`governance.surface.${surface}`)}</b> {kindText(kind)}
            </li>
          );
        })}
        <li>
          <b>{t('governance.traffic')}</b> <a href={placeHref({ panel: 'traffic' })}>{captureText(capture.state)}</a>
        </li>
      </ul>
    </Section>
  );
}

const CAPTURES = {
  capture_disabled: 'governance.traffic.off',
  captured: 'governance.traffic.on',
  no_traffic: 'governance.traffic.on',
  filtered: 'governance.traffic.on',
} as const;

function captureText(state: string): string {
  const key = known(CAPTURES, state);
  return key === undefined ? state : t(key);
}

/** What is taken out before anything is kept. */
export function Redaction({ redaction: { keys, paths } }: { readonly redaction: GovernanceAnswer['redaction'] }) {
  return (
    <Section title={t('governance.redaction')} note={t('governance.redaction.note')}>
      <ul class={style.sentences}>
        <li>
          {t('governance.redaction.keys')} <Words words={keys} />
        </li>
        <li>
          {paths.length === 0 ? (
            <span class="soft">{t('governance.redaction.noPaths')}</span>
          ) : (
            <>
              {t('governance.redaction.paths')} <Words words={paths} />
            </>
          )}
        </li>
      </ul>
    </Section>
  );
}

function Words({ words }: { readonly words: readonly string[] }) {
  return (
    <>
      {words.map((word) => (
        <code key={word} class={style.word}>
          {word}
        </code>
      ))}
    </>
  );
}
