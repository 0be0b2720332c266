// protocol/messages/: what gateways that share their state tell each other at once.
import type { JsonObject } from '../json/json.ts';

/** What one gateway tells others; plain data. */
export interface GatewayMessage {
  /** What it is about, such as `session.ended`. */
  readonly topic: string;
  readonly body: JsonObject;
  /** The address of the gateway that is meant; absent: every other one. */
  readonly to?: string;
}

/** Takes the body of a message. @param from The address of the gateway that sent it. */
export type MessageListener = (body: JsonObject, from: string) => void;

/**
 * What gateways that share their state tell each other: what one process alone can hold (an open stream, a running request,
 * a question to a client, a job) is reached by it from the others. A message comes at most once, in no order but that of
 * its sender, and never back to who sent it; one that is lost must harm nobody for long.
 */
export interface GatewayMessages {
  /** The address of this gateway: new with each process, of `[0-9a-f-]`. */
  readonly address: string;
  /** Whether there is no other gateway at this moment; absent: there may be. */
  readonly isAlone?: boolean;
  /**
   * Hands a message on; never rejects, and never waits for long.
   *
   * @returns Whether it is on its way. False: the others can't be reached, or it is too large.
   */
  publish(message: GatewayMessage): Promise<boolean>;
  /** Takes the messages of one topic from now on. @returns What ends it. */
  listen(topic: string, listener: MessageListener): () => void;
  close(): Promise<void>;
}

/** Bytes of one message, as JSON. */
export const MAX_MESSAGE_BYTES: number = 1024 * 1024;
