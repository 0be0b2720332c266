import { MemoryCallStore } from '@dcc-mcp/call-store';
import { RedisCallStore } from '@dcc-mcp/call-store/redis';
import { createClient } from '@redis/client';

async function open(url) {
  const client = createClient({ url, disableOfflineQueue: true });
  client.on('error', () => {});
  return client.connect();
}

function inTime(answer, millis) {
  const tooLate = new Promise((_resolve, reject) => {
    setTimeout(() => reject(new Error(`no answer within ${millis} ms`)), millis).unref();
  });
  return Promise.race([answer, tooLate]);
}

/** A client of Redis as the commands that rows are shared by: none is kept for later, and none is waited for too long. */
async function connect(url) {
  const client = await open(url);
  const on = (event, listener) => {
    client.on(event, listener);
    return () => client.off(event, listener);
  };
  return {
    get isUp() {
      return client.isReady;
    },
    send: (command, { deadlineMillis }) => inTime(client.sendCommand(command), deadlineMillis),
    onUp: (listener) => on('ready', listener),
    onDown: (listener) => on('error', listener),
    blocking: () => {
      const other = open(url);
      return {
        send: async (command, deadlineMillis) => inTime((await other).sendCommand(command), deadlineMillis),
        close: () => void other.then((each) => each.destroy()),
      };
    },
    close: () => client.destroy(),
  };
}

/** One process of several; each has a name of its own. */
async function join(serviceInstanceId) {
  const commands = await connect(process.env.REDIS_URL ?? 'redis://127.0.0.1:6379');
  const store = new RedisCallStore(new MemoryCallStore(), { commands, serviceInstanceId });
  return {
    store,
    leave: async () => {
      await store.shared.close();
      commands.close();
    },
  };
}

const [a, b] = await Promise.all([join('gateway-a'), join('gateway-b')]);
const { promise: told, resolve } = Promise.withResolvers();
b.store.subscribe(['events'], resolve);
a.store.append('events', {
  timestamp: new Date().toISOString(),
  event: 'election_won',
  dcc_type: 'maya',
  instance_id: '0f8a1c1e-8d1b-4a53-9a37-0c6f6b8d7e11',
  severity: 'info',
});
const { row } = await told;
console.log(`gateway-b was told of ${row.event} at ${row.service_instance_id}`);
const { rows } = await b.store.list('events', { limit: 1 });
console.log(`and lists ${rows.length} event`);
await Promise.all([a.leave(), b.leave()]);
