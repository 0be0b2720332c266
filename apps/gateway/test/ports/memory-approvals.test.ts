import { MemoryApprovals } from '../../src/governance/approvals/memory-approvals.ts';
import { approvalsContract } from './approvals-contract.ts';

approvalsContract('MemoryApprovals', async () => {
  const approvals = new MemoryApprovals();
  return { first: approvals, second: approvals };
});
