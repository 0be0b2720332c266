import type { ApiRefusal } from '../../api/client.ts';
import { clock } from '../../text/format.ts';
import { t } from '../../text/text.ts';
import { Empty } from '../empty/empty.tsx';
import { Refused } from '../empty/refused.tsx';

/** Why a trace can't be shown: that it was let go is no error of the reader, and says what would have kept it. */
export function NoTrace({ refusal }: { readonly refusal: ApiRefusal }) {
  const { kind, details } = refusal;
  if (kind !== 'unknown-trace') {
    return <Refused refusal={refusal} />;
  }
  const { was_here: wasHere, complete_since: completeSince, oldest_retained: oldest } = details;
  const isPerhapsGone = typeof completeSince === 'string';
  const since = isPerhapsGone || wasHere === true ? completeSince : oldest;
  return (
    <Empty>
      <b>{t(wasHere === true ? 'noTrace.gone' : isPerhapsGone ? 'noTrace.perhapsGone' : 'noTrace.unknown')}</b>{' '}
      {typeof since === 'string' && t('noTrace.since', { since: clock(since) })} {t('noTrace.keepMore')}
    </Empty>
  );
}
