import type { CallRow, TraceRow } from '@dcc-mcp/call-store';
import { later } from '../empty/later.tsx';
import type { AskedMenu } from '../list/use-row-menu.tsx';

/** The menu of a request: what is opened first has no need of its code. */
export const LaterRowMenu = later<AskedMenu<CallRow | TraceRow>>(async () => (await import('./row-menu.tsx')).RowMenu);
