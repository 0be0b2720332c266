import type { TraceDetail } from '@dcc-mcp/call-store';
import { later } from '../empty/later.tsx';

/** A trace: a list has no need of its code. */
export const LaterTraceBody = later<{ readonly trace: TraceDetail }>(
  async () => (await import('../request/trace-body.tsx')).TraceBody,
);
