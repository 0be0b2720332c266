import { toolFailure } from '@dcc-mcp/request-context';
import type { RawJson } from '../../protocol/json/raw-json.ts';

/** What a result has to hold somewhere to say that its tool failed, be it with escapes. */
const MAY_SAY_FAILURE = ['success', '\\u'];

/** Whether a result says that the tool failed, as `toolFailure` reads it; it is parsed only where it may say so. */
export function saysToolFailed(result: RawJson): boolean {
  if (result.get('isError')?.text === 'true') {
    return true;
  }
  const structured = result.get('structuredContent');
  const said = structured === undefined || structured.text === 'null' ? result.get('content') : structured;
  return said !== undefined && MAY_SAY_FAILURE.some((words) => said.text.includes(words)) && toolFailure(result.value);
}
