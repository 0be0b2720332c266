import { afterEach } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StateFolder } from '../../src/files/state-folder.ts';
import { FileApprovals } from '../../src/governance/approvals/file-approvals.ts';
import { approvalsContract } from './approvals-contract.ts';

const folders: string[] = [];
afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true, force: true })));

approvalsContract('FileApprovals', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'approvals-'));
  folders.push(folder);
  const open = () => new FileApprovals(new StateFolder(join(folder, 'state')), () => {});
  return { first: open(), second: open() };
});
