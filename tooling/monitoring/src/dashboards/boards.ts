import { EXPORT_HEALTH } from './boards/export-health.ts';
import { GATEWAY_COST } from './boards/gateway-cost.ts';
import { GOVERNANCE } from './boards/governance.ts';
import { OVERVIEW } from './boards/overview.ts';
import { SEARCH } from './boards/search.ts';
import { TOOLS } from './boards/tools.ts';
import { UPSTREAMS } from './boards/upstreams.ts';
import type { Board } from './panel.ts';

/** Every dashboard, in the order they are opened in. */
export const BOARDS: readonly Board[] = [OVERVIEW, TOOLS, UPSTREAMS, SEARCH, GOVERNANCE, EXPORT_HEALTH, GATEWAY_COST];
