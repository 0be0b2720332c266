// What the settings of Redis show, at a server that says OK to everything and keeps what it was told.
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Effect, Lab, Place } from './lab.ts';

/** A server that speaks enough of the protocol of Redis to be joined. */
class ToldRedis {
  /** All that was said to it, by any who joined. */
  text: string = '';
  readonly #server: Server;

  constructor() {
    this.#server = createServer((socket) => {
      socket.unref().on('error', () => undefined);
      socket.on('data', (chunk) => {
        this.text += chunk.toString().replaceAll(/\r\n(?:\$\d+\r\n)?/g, ' ');
        socket.write('+OK\r\n'.repeat(chunk.toString().match(/^\*\d+\r$/gm)?.length ?? 1));
      });
    });
    this.#server.unref();
  }

  async listen(): Promise<this> {
    await once(this.#server.listen(0, '127.0.0.1'), 'listening');
    return this;
  }

  get url(): string {
    return `redis://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }
}

/** As many as there are gateways with one, each looked at with a value and twice without. */
const idle = await Promise.all(Array.from({ length: 18 }, () => new ToldRedis().listen()));
/** One for each gateway, by its folder. */
const servers = new Map<string, ToldRedis>();

function redisOf({ folder }: Pick<Place, 'folder'>): ToldRedis {
  const redis = servers.get(folder) ?? idle.pop()!;
  servers.set(folder, redis);
  return redis;
}

const base = (place: Place): Record<string, unknown> => ({ redisUrl: redisOf(place).url });

const login = (lab: Lab): unknown => /AUTH \S+ \S+/.exec(redisOf(lab).text)?.[0];

const store = async (lab: Lab): Promise<unknown> => {
  const { body } = await lab.get('/admin/api/health');
  return (body['shared_state'] as Record<string, unknown> | undefined)?.['store'];
};

/** What streams are capped at: it comes with the first rows, after the seconds that a batch is remembered. */
async function streamCap(lab: Lab): Promise<unknown> {
  for (let tries = 0; tries < 100; tries += 1) {
    const [, cap] = / 604800 (\d+) /.exec(redisOf(lab).text) ?? [];
    if (cap !== undefined) {
      return cap;
    }
    await sleep(20);
  }
  return undefined;
}

export const REDIS_EFFECTS: Readonly<Record<string, Effect>> = {
  redisUrl: { value: (place: Place) => redisOf(place).url, observe: store },
  redisUrlFile: { value: (place: Place) => place.write('redis', `${redisOf(place).url}\n`), observe: store },
  redisPassword: { base, value: 'open-sesame', observe: login },
  redisPasswordFile: { base, value: (place: Place) => place.write('password', 'open-sesame\n'), observe: login },
  redisKeyPrefix: {
    base,
    value: 'studio:',
    observe: (lab) => /SET (\S+)v1:probe/.exec(redisOf(lab).text)?.[1],
  },
  // That it has joined is a row itself.
  redisRows: { base, value: 7, observe: streamCap },
};
