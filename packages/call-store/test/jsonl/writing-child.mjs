// Writes rows until it is killed; says which ones are on disk.
import { MemoryCallStore } from '@dcc-mcp/call-store';
import { startJsonl } from '@dcc-mcp/call-store/jsonl';
import { callRow, traceOf } from '../rows.ts';

const store = new MemoryCallStore();
const history = startJsonl(store, { directory: process.argv[2], flushMillis: 10 });
await history.seeded;
for (let number = 1; ; number += 1) {
  store.append('calls', callRow(number));
  store.append('traces', traceOf(number));
  if (number % 50 === 0) {
    await history.flush();
    process.stdout.write(`${number}\n`);
  }
}
