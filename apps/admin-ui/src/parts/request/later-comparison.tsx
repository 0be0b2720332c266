import type { TraceDetail } from '@dcc-mcp/call-store';
import { later } from '../empty/later.tsx';

/** A comparison: what is opened first has no need of its code. */
export const LaterComparison = later<{ readonly trace: TraceDetail }>(
  async () => (await import('./comparison.tsx')).Comparison,
);
