import type { Asked } from '../../api/use-answer.ts';
import { t } from '../../text/text.ts';
import { Refused } from '../empty/refused.tsx';

export interface MissingProps {
  /** What was asked to find it. */
  readonly asked: Asked<unknown>;
  /** Said where the answer does not have it. */
  readonly gone: string;
}

/** Why what is to be seen is not there: it is awaited, refused, or no longer kept. */
export function Missing({ asked: { answer, refusal }, gone }: MissingProps) {
  return refusal === undefined ? (
    <p role="status" class="soft">
      {answer === undefined ? t('list.loading') : gone}
    </p>
  ) : (
    <Refused refusal={refusal} />
  );
}
