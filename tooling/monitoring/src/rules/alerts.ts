import type { Alert } from './alert.ts';
import { CALL_ALERTS } from './alerts/call-alerts.ts';
import { GATEWAY_ALERTS } from './alerts/gateway-alerts.ts';
import { TELEMETRY_ALERTS } from './alerts/telemetry-alerts.ts';

/** Every alert, in the order of the rules file and of the runbooks. */
export const ALERTS: readonly Alert[] = [...CALL_ALERTS, ...GATEWAY_ALERTS, ...TELEMETRY_ALERTS];
