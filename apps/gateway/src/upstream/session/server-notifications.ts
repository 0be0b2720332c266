import { SUBSCRIPTION_ID_META_KEY } from '@modelcontextprotocol/server';
import { isJsonObject, type JsonObject } from '../../protocol/json-rpc.ts';
import type { RawJson } from '../../protocol/json/raw-json.ts';
import type { Hop } from '../hop/hop.ts';
import { FloodGate } from './flood-gate.ts';
import { ownNumber } from './incoming.ts';
import type { RpcSessionEvents } from './transport.ts';

/** What may come for callers; changes of lists and resources have bounds of their own, because none may be lost. */
const RATE = { burst: 1_000, perSecond: 200 };
/** Of the parameters, in UTF-16 units: a notification may go to many callers, and none of them asked for it. */
const MAX_LENGTH = 1024 * 1024;
const FLOOD = `cut: of more than ${RATE.perSecond} in a second, and of more than 1 MiB, some are dropped`;

/** Notifications that concern everybody, whichever stream they come on. */
const LIST_CHANGES: ReadonlySet<string> = new Set([
  'notifications/tools/list_changed',
  'notifications/prompts/list_changed',
  'notifications/resources/list_changed',
]);
const RESOURCE_UPDATED = 'notifications/resources/updated';

export interface ServerNotificationsOptions {
  /** The call in flight that has this number as its token. */
  hopOf(token: number): Hop | undefined;
  /** The calls in flight that came from a caller. */
  callers(): readonly Hop[];
  readonly events: Pick<RpcSessionEvents, 'onNotification' | 'onFlood'>;
}

/** Gives the notifications of an upstream to whom they concern. */
export class ServerNotifications {
  readonly #options: ServerNotificationsOptions;
  readonly #gate: FloodGate;

  constructor(options: ServerNotificationsOptions) {
    this.#options = options;
    this.#gate = new FloodGate({
      ...RATE,
      onFlood: (isFlood) => options.events.onFlood('notifications', isFlood ? FLOOD : undefined),
    });
  }

  /** @param hop The call on whose stream it came, where there is one. */
  on(method: string, rawParams: RawJson | undefined, hop: Hop | undefined): void {
    if (LIST_CHANGES.has(method)) {
      this.#options.events.onNotification(method, undefined);
    } else if (rawParams !== undefined && rawParams.text.length > MAX_LENGTH) {
      this.#gate.turnAway();
    } else if (method === RESOURCE_UPDATED) {
      this.#options.events.onNotification(method, withoutSubscriptionId(rawParams?.object));
    } else if (this.#gate.admits()) {
      this.#tell(method, rawParams?.object, hop);
    }
  }

  close(): void {
    this.#gate.close();
  }

  #tell(method: string, params: JsonObject | undefined, hop: Hop | undefined): void {
    if (method === 'notifications/progress') {
      this.#onProgress(method, params);
    } else if (hop !== undefined) {
      tell(hop, method, params);
    } else if (method === 'notifications/message') {
      // It may be about any of the calls that run, and is nobody else's business.
      this.#options.callers().forEach((caller) => tell(caller, method, params));
    }
  }

  #onProgress(method: string, params: JsonObject | undefined): void {
    const ours = params?.['progressToken'];
    const isToken = typeof ours === 'number' || typeof ours === 'string';
    const hop = isToken ? this.#options.hopOf(ownNumber(ours) ?? 0) : undefined;
    const token = hop?.call.progressToken;
    if (hop !== undefined && token !== undefined) {
      hop.renew();
      tell(hop, method, { ...params, progressToken: token });
    }
  }
}

/** Errors of a caller are dropped here, because other callers share the conversation. */
function tell({ call, isEnded }: Hop, method: string, params: JsonObject | undefined): void {
  try {
    if (!isEnded) {
      call.peer?.notify(method, params);
    }
  } catch {
    // the caller is gone
  }
}

/** The subscription is the gateway's own; its id means nothing to anyone behind it. */
function withoutSubscriptionId(params: JsonObject | undefined): JsonObject | undefined {
  const meta = params?.['_meta'];
  if (!isJsonObject(meta) || !(SUBSCRIPTION_ID_META_KEY in meta)) {
    return params;
  }
  const { [SUBSCRIPTION_ID_META_KEY]: _own, ...foreign } = meta;
  return { ...params, _meta: foreign };
}
