import { messageOf } from '../../protocol/thrown-error.ts';
import type { UpstreamEvents } from '../upstream.ts';

/** The same events, in which a listener that throws is told of instead of breaking the conversation with the upstream. */
export function toSafeEvents(events: UpstreamEvents, log: (line: string) => void): Required<UpstreamEvents> {
  const guard =
    <T extends readonly unknown[]>(name: string, listener: ((...args: T) => void) | undefined) =>
    (...args: T): void => {
      try {
        listener?.(...args);
      } catch (error) {
        log(`${name} failed: ${messageOf(error)}`);
      }
    };
  return {
    onStatus: guard('onStatus', (upstream) => events.onStatus?.(upstream)),
    onDied: guard('onDied', (upstream, reason) => events.onDied?.(upstream, reason)),
    onTools: guard('onTools', (upstream, tools, hostTools) => events.onTools?.(upstream, tools, hostTools)),
    onNotification: guard('onNotification', (upstream, method, params) =>
      events.onNotification?.(upstream, method, params),
    ),
    onProbe: guard('onProbe', (upstream, outcome) => events.onProbe?.(upstream, outcome)),
    onSessionEnd: guard('onSessionEnd', (upstream, end) => events.onSessionEnd?.(upstream, end)),
    onUnloaded: guard('onUnloaded', (upstream) => events.onUnloaded?.(upstream)),
    onOauthRefresh: guard('onOauthRefresh', (upstream, refresh) => events.onOauthRefresh?.(upstream, refresh)),
    onStderr: guard('onStderr', (upstream, line, bytes) => events.onStderr?.(upstream, line, bytes)),
    onHostEvents: guard('onHostEvents', (upstream, told, missed) => events.onHostEvents?.(upstream, told, missed)),
  };
}

/** Passes on the 1st, 2nd, 4th, 8th … line only: an upstream that repeats itself does not fill the log. */
export class SparseLog {
  readonly #write: (line: string) => void;
  #lines = 0;

  constructor(write: (line: string) => void) {
    this.#write = write;
  }

  log(text: string): void {
    this.#lines += 1;
    if (Number.isInteger(Math.log2(this.#lines))) {
      this.#write(this.#lines === 1 ? text : `${text} (line ${this.#lines} of this kind)`);
    }
  }
}
