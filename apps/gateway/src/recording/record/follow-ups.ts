import {
  OPERATION_CALL,
  OPERATION_DESCRIBE,
  OPERATION_LOAD_SKILL,
  type SearchFollowupKind,
} from '@dcc-mcp/semantic-conventions';
import type { OperationDetails } from './finished.ts';

const KINDS: Partial<Record<OperationDetails['operation'], SearchFollowupKind>> = {
  [OPERATION_DESCRIBE]: 'describe',
  [OPERATION_LOAD_SKILL]: 'load_skill',
  [OPERATION_CALL]: 'call',
};

/** What an operation is to the search that it follows; absent for one that follows none. */
export function followUpKindOf({ operation }: OperationDetails): SearchFollowupKind | undefined {
  return KINDS[operation];
}
