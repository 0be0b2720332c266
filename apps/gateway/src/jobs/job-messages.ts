import { isJsonObject, type JsonObject } from '../protocol/json-rpc.ts';
import type { GatewayMessages } from '../protocol/messages/gateway-messages.ts';
import type { JobRecord } from './job-record.ts';
import type { JobKey } from './job-records.ts';

const CANCEL = 'job.cancel';
const INPUT = 'job.input';

/** What another gateway asks of a job that runs here. */
export interface JobOrders {
  cancel(key: JobKey): void;
  answer(key: JobKey, responses: JsonObject): void;
}

/** Reaches jobs where they run. */
export class JobMessages {
  readonly #messages: GatewayMessages;

  constructor(messages: GatewayMessages) {
    this.#messages = messages;
  }

  get address(): string {
    return this.#messages.address;
  }

  /** @returns Whether the gateway that runs the job could be told. */
  cancel(job: JobRecord): Promise<boolean> {
    return this.#send(CANCEL, job, {});
  }

  /** @returns As {@link cancel}; false also where the answers are too large. */
  answer(job: JobRecord, responses: JsonObject): Promise<boolean> {
    return this.#send(INPUT, job, { responses });
  }

  /** Tells what other gateways ask for; what is malformed is dropped. */
  listen(orders: JobOrders): void {
    const messages = this.#messages;
    messages.listen(CANCEL, (body) => {
      const key = readKey(body);
      if (key !== undefined) {
        orders.cancel(key);
      }
    });
    messages.listen(INPUT, (body) => {
      const key = readKey(body);
      const { responses } = body;
      if (key !== undefined && isJsonObject(responses)) {
        orders.answer(key, responses);
      }
    });
  }

  async #send(topic: string, { id, owner, gateway }: JobRecord, body: JsonObject): Promise<boolean> {
    return gateway !== undefined && this.#messages.publish({ topic, to: gateway, body: { id, owner, ...body } });
  }
}

function readKey({ id, owner }: JsonObject): JobKey | undefined {
  return typeof id === 'string' && typeof owner === 'string' ? { id, owner } : undefined;
}
