import { openSharedApprovals } from '../../cluster/shared-approvals.ts';
import type { GatewayConfig } from '../../config/reader/gateway-config.ts';
import type { Approvals } from '../../governance/approvals/approvals.ts';

/** Where approvals are. */
export interface ApprovalsPlace {
  readonly local: Approvals;
  readonly config: GatewayConfig;
}

/** Works with the ledger that the gateways of that configuration go by. @throws {Error} Where it can't be reached. */
export async function withApprovals<T>(
  { local, config }: ApprovalsPlace,
  work: (approvals: Approvals) => Promise<T>,
): Promise<T> {
  const { approvals, close } = await openSharedApprovals(config, local);
  try {
    return await work(approvals);
  } finally {
    close();
  }
}
