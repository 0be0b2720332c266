import type { GatewayConfig } from '../../config/reader/gateway-config.ts';
import type { Log } from '../../protocol/log.ts';
import { TrafficCapture } from './traffic-capture.ts';

/** Captures what the configuration asks for; absent where it asks for nothing, and then nobody looks at the wire. */
export function startCapture({ trafficCapture, traffic, admin }: GatewayConfig, log: Log): TrafficCapture | undefined {
  if (trafficCapture.mode === 'off') {
    return undefined;
  }
  const file = trafficCapture.mode === 'jsonl' ? { file: trafficCapture.file } : {};
  return new TrafficCapture({ ...traffic, ...file, mode: trafficCapture.mode, capacity: admin.frames, log });
}
