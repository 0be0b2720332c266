import type { GovernanceAnswer } from '@dcc-mcp/admin-api';
import { Section } from '../../parts/page/page.tsx';
import { term } from '../../parts/query/query-terms.ts';
import { placeHref } from '../../state/place.ts';
import { t } from '../../text/text.ts';
import style from './governance.module.css';
import { type Rule, rulesOf } from './policy-words.ts';

/** What may be done here, in sentences. */
export function Policy({ answer: { policy } }: { readonly answer: GovernanceAnswer }) {
  return (
    <Section title={t('governance.policy')} note={t('governance.policy.note')}>
      <ul class={style.sentences}>
        {rulesOf(policy).map((rule) => (
          <li key={rule.id}>
            <RuleSentence rule={rule} />
          </li>
        ))}
      </ul>
    </Section>
  );
}

function RuleSentence({ rule: { id, allowed, reason, setting } }: { readonly rule: Rule }) {
  return (
    <>
      {t(`governance.rule.${id}`)}
      {allowed.map((each) => (
        <code key={each} class={style.word}>
          {each}
        </code>
      ))}
      {reason !== undefined && (
        <p class="soft">
          {t('governance.rule.denied')}{' '}
          <a href={placeHref({ q: term('reason', reason) })}>
            <code>{reason}</code>
          </a>
          {' · '}
          <a href={placeHref({ panel: 'telemetry', find: setting })}>
            <code>{setting}</code>
          </a>
        </p>
      )}
    </>
  );
}
