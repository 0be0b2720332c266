import { MemoryCallStore } from '@dcc-mcp/call-store';
import { describeCallStore } from './call-store-contract.ts';

describeCallStore('MemoryCallStore', async () => {
  const store = new MemoryCallStore();
  return { at: store, from: store, settle: async () => undefined, close: async () => undefined };
});
