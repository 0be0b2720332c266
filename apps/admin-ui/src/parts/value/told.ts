import { t } from '../../text/text.ts';
import { say } from './said.tsx';

/** Does what a button is for, and says so where it could not be done. */
export async function told(act: () => Promise<unknown>): Promise<void> {
  try {
    await act();
  } catch (error) {
    say(t('done.failed', { why: error instanceof Error ? error.message : String(error) }));
  }
}
