import type { TrafficFrame } from '@dcc-mcp/call-store';

/** A request of a client and what it was answered, as both were captured. */
export interface WireExchange {
  readonly asked: TrafficFrame;
  /** An event stream has several messages; none was captured where this is empty. */
  readonly answers: readonly TrafficFrame[];
}

/** Captured messages between clients and the gateway. */
export interface CapturedExchanges {
  /** By request id, the oldest first; one without, as a notification is, by its own row id. */
  readonly byRequest: ReadonlyMap<string, WireExchange>;
  /** Answers and other messages whose request is not known. */
  readonly others: number;
}

/** Brings messages and their answers together. @param frames The oldest first. */
export function exchangesOf(frames: readonly TrafficFrame[]): CapturedExchanges {
  const byRequest = new Map<string, { readonly asked: TrafficFrame; readonly answers: TrafficFrame[] }>();
  let others = 0;
  for (const frame of frames) {
    const id = frame.request_id ?? frame.row_id;
    if (frame.leg === 'client_to_gateway' && !byRequest.has(id)) {
      byRequest.set(id, { asked: frame, answers: [] });
    } else if (frame.leg === 'gateway_to_client' && byRequest.has(id)) {
      byRequest.get(id)?.answers.push(frame);
    } else if (frame.leg === 'client_to_gateway' || frame.leg === 'gateway_to_client') {
      others += 1;
    }
  }
  return { byRequest, others };
}
