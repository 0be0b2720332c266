import type { UpstreamEvents } from '../upstream.ts';

/** The same events, in which a listener that throws is told of instead of breaking the conversation with the upstream. */
export function toSafeEvents(events: UpstreamEvents, log: (line: string) => void): Required<UpstreamEvents> {
  const guard =
    <T extends readonly unknown[]>(name: string, listener: ((...args: T) => void) | undefined) =>
    (...args: T): void => {
      try {
        listener?.(...args);
      } catch (error) {
        log(`${name} failed: ${error instanceof Error ? error.message : String(error)}`);
      }
    };
  return {
    onStatus: guard('onStatus', (upstream) => events.onStatus?.(upstream)),
    onTools: guard('onTools', (upstream, tools) => events.onTools?.(upstream, tools)),
    onNotification: guard('onNotification', (upstream, method, params) =>
      events.onNotification?.(upstream, method, params),
    ),
    onProbe: guard('onProbe', (upstream, outcome) => events.onProbe?.(upstream, outcome)),
    onSessionEnd: guard('onSessionEnd', (upstream, end) => events.onSessionEnd?.(upstream, end)),
    onStderr: guard('onStderr', (upstream, line) => events.onStderr?.(upstream, line)),
  };
}
