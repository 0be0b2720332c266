import { BoundedMap, RingBuffer, truncateUtf8 } from '@dcc-mcp/bounds';

const sessions = new BoundedMap({ maxEntries: 1_000 });
const recentCalls = new RingBuffer(500);

// A caller that makes up session ids and sends 12 kB of text with each.
for (let call = 1; call <= 100_000; call += 1) {
  sessions.set(`session-${call}`, { lastSeenMillis: Date.now() });
  recentCalls.push(truncateUtf8(`call ${call}: ${'日本語'.repeat(1_333)}`, 2_048).text);
}

const [newest] = recentCalls.newest(1);
console.log(`${sessions.size} sessions are kept, ${sessions.dropped} were dropped`);
console.log(
  `${recentCalls.toArray().length} calls are kept, the newest has ${Buffer.byteLength(String(newest))} bytes`,
);
