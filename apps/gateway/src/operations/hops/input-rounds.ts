import { memberOf } from '../../protocol/json/raw-json.ts';
import { badAnswer, failed } from '../../upstream/hop/failures.ts';
import { type AskablePeer, askAll, isAskable, type Questions, readQuestions } from '../../upstream/hop/questions.ts';
import type { HopPeer, HopRequest, HopResult, Upstream } from '../../upstream/upstream.ts';

export interface InputRoundsRequest extends HopRequest {
  /** Called at the end of each exchange with the upstream. */
  onEnd(hop: HopResult): void;
}

/** Rounds of questions one request may take; a server that asks for ever must not hold a call for ever. */
const MAX_ROUNDS = 16;

/**
 * Sends a request; where a modern upstream answers `input_required` and the caller can be asked directly, asks it and
 * repeats the request with its answers (MCP 2026-07-28, multi round-trip requests). A caller that takes the
 * `input_required` result itself gets it; another never does, because its era has no such answer.
 */
export async function requestAnsweringInputs(upstream: Upstream, request: InputRoundsRequest): Promise<HopResult> {
  const { peer, signal } = request;
  const refused = new Map<string, string>();
  let { params, rawParams } = request;
  for (let round = 0; ; round += 1) {
    const hop = await upstream.request({ ...request, params, rawParams });
    request.onEnd(hop);
    if (!hop.ok || !canBeAsked(peer) || memberOf(hop.raw ?? hop.result, 'resultType') !== 'input_required') {
      return hop;
    }
    const { requestState } = hop.result;
    const questions = readQuestions(hop.result['inputRequests']);
    const stop = whyNotAsk(questions, refused, round);
    if (stop !== undefined) {
      return stop;
    }
    const inputResponses = await askAll(peer, { questions, refused, signal });
    params = { ...request.params, inputResponses, ...(requestState === undefined ? {} : { requestState }) };
    rawParams = { ...request.rawParams, inputResponses: undefined, requestState: undefined };
  }
}

function canBeAsked(peer: HopPeer | undefined): peer is AskablePeer {
  return isAskable(peer) && peer.takesInputRequired !== true;
}

/** A server may go on without an answer once; one that asks for nothing but what was refused can't be helped. */
function whyNotAsk(questions: Questions, refused: ReadonlyMap<string, string>, round: number): HopResult | undefined {
  const [first] = questions;
  if (first !== undefined && questions.every(([key]) => refused.has(key))) {
    const [key, { method }] = first;
    return failed(
      'bad-request',
      `The server needs an answer to ${method}, which the client refused: ${refused.get(key)}`,
    );
  }
  return round === MAX_ROUNDS
    ? badAnswer('jsonrpc', `The upstream still asks for input after ${MAX_ROUNDS} rounds`)
    : undefined;
}
