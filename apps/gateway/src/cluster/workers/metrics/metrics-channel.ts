import type { MetricsChannel } from '@dcc-mcp/prometheus-bridge/cluster';
import type { Peer } from '../channel/peer.ts';

/** The way of metrics between two processes. @param onClose Calls back when the other one is gone. */
export function metricsChannel(
  peer: Pick<Peer, 'serve' | 'tell'>,
  onClose: (listener: () => void) => void,
): MetricsChannel {
  const listeners: ((message: unknown) => void)[] = [];
  peer.serve({ metrics: (message: unknown) => listeners.forEach((listener) => listener(message)) });
  return {
    send: (message) => peer.tell('metrics', message),
    onMessage: (listener) => void listeners.push(listener),
    onClose,
  };
}
