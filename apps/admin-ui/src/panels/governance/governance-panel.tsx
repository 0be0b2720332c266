import type { GovernanceAnswer } from '@dcc-mcp/admin-api';
import type { DecisionRow } from '@dcc-mcp/call-store';
import { apiUrl } from '../../api/client.ts';
import { useAnswer } from '../../api/use-answer.ts';
import { Loading } from '../../parts/empty/loading.tsx';
import { Refused } from '../../parts/empty/refused.tsx';
import { Page } from '../../parts/page/page.tsx';
import { place } from '../../state/place.ts';
import { t } from '../../text/text.ts';
import { Decisions } from './decisions.tsx';
import style from './governance.module.css';
import { Circuits, Limits } from './limits.tsx';
import { Policy } from './policy.tsx';
import { Quarantine } from './quarantine.tsx';
import { Access, Redaction } from './safeguards.tsx';

/** All decisions that are kept, so that each count has its rows below it. */
const MOST_DECISIONS = 1_000;

/** What is allowed, what was refused, and why. */
export function GovernancePanel() {
  const { q } = place.value;
  const { answer, refusal } = useAnswer<GovernanceAnswer>(apiUrl('governance'));
  const listed = useAnswer<{ readonly recent_decisions: readonly DecisionRow[] }>(
    apiUrl('governance', { q, limit: MOST_DECISIONS }),
  );
  if (answer === undefined) {
    return refusal === undefined ? <Loading /> : <Refused refusal={refusal} />;
  }
  return (
    <Page title={t('panel.governance')}>
      <div class={style.cards}>
        <Policy answer={answer} />
        <Limits quota={answer.quota} />
        <Access answer={answer} />
      </div>
      <Circuits circuits={answer.circuits} />
      <Quarantine quarantine={answer.quarantine} />
      <Decisions stats={answer.stats} listed={listed} />
      <Redaction redaction={answer.redaction} />
    </Page>
  );
}
