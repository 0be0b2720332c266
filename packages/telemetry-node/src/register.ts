/*
 * Entry for `node --import @dcc-mcp/telemetry-node/register app.js`: telemetry from OTEL_* alone.
 * Importing it is its whole effect.
 */
import { registerTelemetry } from './register/register-telemetry.ts';

registerTelemetry(process.env);
