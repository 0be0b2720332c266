import { randomUUID } from 'node:crypto';
import { isJsonObject, type JsonObject } from '../../protocol/json-rpc.ts';
import type { HopPeer, PeerQuestion } from '../upstream.ts';

/** A caller that can be asked. */
export type AskablePeer = HopPeer & { ask: NonNullable<HopPeer['ask']> };

export function isAskable(peer: HopPeer | undefined): peer is AskablePeer {
  return peer?.ask !== undefined;
}

/** What a server of the stateless era asks, by the keys under which it wants the answers. */
export type Questions = readonly (readonly [key: string, Pick<PeerQuestion, 'method' | 'params'>])[];

/** Reads `inputRequests`; what names no method is no question. */
export function readQuestions(inputRequests: unknown): Questions {
  return Object.entries(isJsonObject(inputRequests) ? inputRequests : {}).flatMap(([key, question]) => {
    const { method, params } = isJsonObject(question) ? question : {};
    return typeof method === 'string' ? [[key, { method, params: isJsonObject(params) ? params : undefined }]] : [];
  });
}

export interface Asking {
  readonly questions: Questions;
  /** Takes the keys of questions that the client would not answer, with its words. */
  readonly refused: Map<string, string>;
  /** Withdraws what is not answered yet. */
  readonly signal: AbortSignal | undefined;
}

/** Asks all at once. @returns The `inputResponses`, without what was refused: the server decides what that means. */
export async function askAll(
  peer: AskablePeer,
  { questions, refused, signal = new AbortController().signal }: Asking,
): Promise<JsonObject> {
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
