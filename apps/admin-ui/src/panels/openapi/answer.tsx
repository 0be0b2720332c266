import { useAnswer } from '../../api/use-answer.ts';
import { Refused } from '../../parts/empty/refused.tsx';
import { LaterJsonView } from '../../parts/json/later-json-view.tsx';
import { duration } from '../../text/format.ts';
import { t } from '../../text/text.ts';

/** What the gateway answers to an address, and how long that took. */
export function Answer({ url }: { readonly url: string }) {
  const { answer, refusal, tookMillis } = useAnswer<object>(url, { fixed: true });
  if (refusal !== undefined) {
    return <Refused refusal={refusal} />;
  }
  return answer === undefined ? (
    <p class="soft" role="status">
      {t('list.loading')}
    </p>
  ) : (
    <LaterJsonView value={answer} label={t('openapi.answer')} note={t('list.took', { ms: duration(tookMillis) })} />
  );
}
