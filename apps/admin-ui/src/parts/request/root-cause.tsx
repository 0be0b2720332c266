import type { DebugBundle } from '@dcc-mcp/call-store/analytics';
import { apiUrl } from '../../api/client.ts';
import { useAnswer } from '../../api/use-answer.ts';
import { placeHref } from '../../state/place.ts';
import { clock } from '../../text/format.ts';
import { t } from '../../text/text.ts';
import { Refused } from '../empty/refused.tsx';
import { OutcomeWord } from '../value/outcome.tsx';
import style from './request.module.css';

/** What failed, whose it was, what to do next, and when it failed before. */
export function RootCause({ id }: { readonly id: string }) {
  const url = apiUrl(`bundles/${encodeURIComponent(id)}`, { compact: 'true' }, 'debug');
  const { answer, refusal } = useAnswer<DebugBundle>(url, { fixed: true });
  if (refusal !== undefined) {
    return <Refused refusal={refusal} />;
  }
  if (answer?.root_cause === undefined) {
    return null;
  }
  return (
    <>
      <Cause cause={answer.root_cause} hints={answer.hints} />
      {answer.previous_failures.length > 0 && (
        <section>
          <h3>{t('cause.before')}</h3>
          <ul class={style.list}>
            {answer.previous_failures.map((call) => (
              <li key={call.row_id}>
                <a href={placeHref({ panel: 'calls', row: call.row_id })}>
                  <span>{clock(call.timestamp)}</span>
                  <OutcomeWord outcome={call.outcome} />
                  <span class="clip soft">{call.error?.message}</span>
                </a>
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

/** Whose it was, what was said, and what to do next. */
export function Cause({ cause, hints }: Pick<DebugBundle, 'hints'> & { readonly cause: RootCauseOf }) {
  const { who, message, kind, outcome } = cause;
  return (
    <section class={style.cause} aria-label={t('cause.title')}>
      <h3>
        {t(`cause.${who}`)} <span class="soft">{kind ?? outcome}</span>
      </h3>
      <p>{message}</p>
      {hints.map((hint) => (
        <p key={hint}>→ {hint}</p>
      ))}
    </section>
  );
}

type RootCauseOf = NonNullable<DebugBundle['root_cause']>;
