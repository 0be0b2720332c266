import type { OpenRequest, RequestStart } from '@dcc-mcp/http-adapter/request-metrics';
import { headerText } from './header-text.ts';
import type { Reply } from './reply.ts';
import type { Wire } from './wire.ts';

/** What request metrics want to know when a request begins. */
export function requestStart({ method, path, headers }: Wire): RequestStart {
  return { method, path, scheme: 'http', bodyBytes: lengthOf(headerText(headers, 'content-length')) };
}

/**
 * Ends the measurement when the answer is written. A stream that lives on its own is counted, its life is no latency.
 *
 * @param route The template that matched, if any did.
 */
export function measureReply(open: OpenRequest, wire: Wire, reply: Reply, route: string | undefined): Reply {
  const { status, headers } = reply;
  if (reply.livesOn === true) {
    open.endAsStream({ status, route });
  } else {
    wire.onEnd(() => open.end({ status, route, bodyBytes: lengthOf(headers['content-length']) }));
  }
  return reply;
}

function lengthOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}
