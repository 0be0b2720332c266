import { randomUUID } from 'node:crypto';
import { isJsonObject, type JsonObject } from '../../protocol/json-rpc.ts';
import { memberOf } from '../../protocol/json/raw-json.ts';
import { badAnswer, failed } from '../../upstream/hop/failures.ts';
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
  const { peer, signal = new AbortController().signal } = request;
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

type AskablePeer = HopPeer & { ask: NonNullable<HopPeer['ask']> };

function canBeAsked(peer: HopPeer | undefined): peer is AskablePeer {
  return peer?.ask !== undefined && peer.takesInputRequired !== true;
}

type Questions = readonly (readonly [
  key: string,
  { readonly method: string; readonly params: JsonObject | undefined },
])[];

/** What names no method is no question. */
function readQuestions(inputRequests: unknown): Questions {
  return Object.entries(isJsonObject(inputRequests) ? inputRequests : {}).flatMap(([key, question]) => {
    const { method, params } = isJsonObject(question) ? question : {};
    return typeof method === 'string' ? [[key, { method, params: isJsonObject(params) ? params : undefined }]] : [];
  });
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

interface Asking {
  readonly questions: Questions;
  /** The keys of questions that the client would not answer, with its words; the server decides what that means. */
  readonly refused: Map<string, string>;
  readonly signal: AbortSignal;
}

async function askAll(peer: AskablePeer, { questions, refused, signal }: Asking): Promise<JsonObject> {
  const answers = await Promise.all(
    questions.map(async ([key, { method, params }]) => {
      const answer = await peer.ask({ key, method, params: inWordsOf(peer, method, params), signal });
      if ('result' in answer) {
        return [key, answer.result] as const;
      }
      refused.set(key, answer.error.message);
      return undefined;
    }),
  );
  return Object.fromEntries(answers.filter((answer) => answer !== undefined));
}

/** In the handshake era a question that sends a person to a page has an id (MCP 2025-11-25, "URL mode elicitation"). */
function inWordsOf({ era }: HopPeer, method: string, params: JsonObject | undefined): JsonObject | undefined {
  return era === 'legacy' && method === 'elicitation/create' && params?.['mode'] === 'url'
    ? { elicitationId: randomUUID(), ...params }
    : params;
}
