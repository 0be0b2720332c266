import { isJsonObject, type JsonObject } from '../../protocol/json-rpc.ts';
import { memberOf } from '../../protocol/json/raw-json.ts';
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
 * `input_required` result itself gets it.
 */
export async function requestAnsweringInputs(upstream: Upstream, request: InputRoundsRequest): Promise<HopResult> {
  let { params, rawParams } = request;
  for (let round = 0; ; round += 1) {
    const hop = await upstream.request({ ...request, params, rawParams });
    request.onEnd(hop);
    const { peer, signal } = request;
    if (
      !hop.ok ||
      !canBeAsked(peer) ||
      memberOf(hop.raw ?? hop.result, 'resultType') !== 'input_required' ||
      round === MAX_ROUNDS
    ) {
      return hop;
    }
    const inputResponses = await askAll(peer, hop.result['inputRequests'], signal ?? new AbortController().signal);
    const { requestState } = hop.result;
    params = { ...request.params, inputResponses, ...(requestState === undefined ? {} : { requestState }) };
    rawParams = { ...request.rawParams, inputResponses: undefined, requestState: undefined };
  }
}

type AskablePeer = HopPeer & { ask: NonNullable<HopPeer['ask']> };

function canBeAsked(peer: HopPeer | undefined): peer is AskablePeer {
  return peer?.ask !== undefined && peer.takesInputRequired !== true;
}

/** A question the caller refuses, or that names no method, has no response: the server decides what that means. */
async function askAll(peer: AskablePeer, inputRequests: unknown, signal: AbortSignal): Promise<JsonObject> {
  const questions = isJsonObject(inputRequests) ? Object.entries(inputRequests) : [];
  const answers = await Promise.all(
    questions.map(async ([key, question]) => {
      const { method, params } = isJsonObject(question) ? question : {};
      if (typeof method !== 'string') {
        return undefined;
      }
      const answer = await peer.ask({ key, method, params: isJsonObject(params) ? params : undefined, signal });
      return 'result' in answer ? ([key, answer.result] as const) : undefined;
    }),
  );
  return Object.fromEntries(answers.filter((answer) => answer !== undefined));
}
