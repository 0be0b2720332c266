import type { TraceDetail } from '@dcc-mcp/call-store';
import { later } from '../empty/later.tsx';

/** Payloads: what is opened first has no need of JSON that folds. */
export const LaterPayloads = later<{ readonly trace: TraceDetail }>(
  async () => (await import('./payload.tsx')).Payloads,
);
