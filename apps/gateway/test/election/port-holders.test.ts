// What a gateway does about whoever has its port: older, newer and draining gateways, and programs that are none.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { type Contender, type Contest, openContest } from '../fixtures/contenders.ts';

const SECRET = 'the-secret-of-the-one-that-runs';

/** A program on the port, by a script. */
interface Holder {
  readonly server: Server | HttpServer;
  /** Requests to give the port up. */
  readonly asked: { readonly authorization: string | undefined; readonly body: unknown }[];
}

/** What a gateway of ours answers, as far as others ask it. */
function gatewayHolder(version: string, { health = 200, onYield = 404, freesAfterMillis = -1 } = {}): () => Holder {
  return () => {
    const asked: Holder['asked'] = [];
    const free = (): void => {
      server.close();
      server.closeAllConnections();
    };
    const server = createHttpServer((request, response) => {
      if (request.url === '/v1/healthz') {
        response.writeHead(health).end(JSON.stringify({ ok: health === 200, name: 'dcc-mcp-gateway', version }));
        return;
      }
      let text = '';
      request.on('data', (chunk: Buffer) => (text += chunk.toString()));
      request.on('end', () => {
        asked.push({ authorization: request.headers.authorization, body: JSON.parse(text) });
        response.writeHead(onYield).end(JSON.stringify({ ok: true, error: { message: 'not now' } }));
        if (onYield === 200) {
          setTimeout(free, 300);
        }
      });
    });
    if (freesAfterMillis >= 0) {
      setTimeout(free, freesAfterMillis);
    }
    return { server, asked };
  };
}

const other = (make: () => Server | HttpServer) => (): Holder => ({ server: make(), asked: [] });

interface Case {
  readonly what: string;
  readonly holder: () => Holder;
  readonly hasSecret?: boolean;
  readonly args?: readonly string[];
  readonly code: number | 'listens';
  readonly says: RegExp;
  /** Requests to give the port up. */
  readonly asks: number;
}

const CASES: readonly Case[] = [
  {
    what: 'a gateway of the same version',
    holder: gatewayHolder('0.1.0', { onYield: 200 }),
    hasSecret: true,
    code: 0,
    says: /a gateway \(version 0\.1\.0\) already runs on http/,
    asks: 0,
  },
  {
    what: 'a newer gateway',
    holder: gatewayHolder('99.0.0', { onYield: 200 }),
    hasSecret: true,
    code: 0,
    says: /a gateway \(version 99\.0\.0\) already runs/,
    asks: 0,
  },
  {
    what: 'an older gateway that yields',
    holder: gatewayHolder('0.0.9', { onYield: 200 }),
    hasSecret: true,
    code: 'listens',
    says: /listening on/,
    asks: 1,
  },
  {
    what: 'an older gateway that yields to one that waits',
    holder: gatewayHolder('0.0.9', { onYield: 200 }),
    hasSecret: true,
    args: ['--wait'],
    code: 'listens',
    says: /waiting for the port(.|\n)*listening on/,
    asks: 1,
  },
  {
    what: 'an older gateway that does not yield',
    holder: gatewayHolder('0.0.9', { onYield: 409 }),
    hasSecret: true,
    code: 0,
    says: /version 0\.0\.9\) already runs .*older than this one, and does not yield: not now/,
    asks: 1,
  },
  {
    what: 'an older gateway that knows no yielding',
    holder: gatewayHolder('0.0.9', { onYield: 404 }),
    hasSecret: true,
    code: 0,
    says: /already runs/,
    asks: 1,
  },
  {
    what: 'an older gateway of another user',
    holder: gatewayHolder('0.0.9', { onYield: 200 }),
    code: 0,
    says: /does not yield: it runs as another user or with another state folder/,
    asks: 0,
  },
  {
    what: 'a gateway that drains and ends',
    holder: gatewayHolder('0.1.0', { health: 503, freesAfterMillis: 3_000 }),
    code: 'listens',
    says: /listening on/,
    asks: 0,
  },
  {
    what: 'a gateway that drains for longer than 5 s',
    holder: gatewayHolder('0.1.0', { health: 503 }),
    code: 0,
    says: /is shutting down and has not given the port up yet/,
    asks: 0,
  },
  {
    what: 'a web server that answers',
    holder: other(() => createHttpServer((_, response) => response.end('hello'))),
    code: 1,
    says: /error: the port \S+ is in use by another program; choose another one with --port/,
    asks: 0,
  },
  {
    what: 'a gateway that serves other hosts only',
    holder: other(() =>
      createHttpServer((_, response) => {
        const error = { kind: 'forbidden', message: "The Host '127.0.0.1' is not served here" };
        response.writeHead(403).end(JSON.stringify({ error, request_id: 'r', trace_id: 't' }));
      }),
    ),
    code: 0,
    says: /a gateway \(version unknown\) already runs/,
    asks: 0,
  },
  {
    what: 'a gateway of dcc-mcp-core',
    holder: other(() => createHttpServer((_, response) => response.end('{"ok":true}'))),
    code: 1,
    says: /in use by another program, which answers as a gateway of dcc-mcp-core does; end that one, or choose another/,
    asks: 0,
  },
  {
    what: 'a web server that answers 503',
    holder: other(() => createHttpServer((_, response) => response.writeHead(503).end('{"ok":false}'))),
    code: 1,
    says: /in use by another program/,
    asks: 0,
  },
  {
    what: 'a web server that answers without end',
    holder: other(() =>
      createHttpServer((_, response) => {
        const timer = setInterval(() => response.write(' '.repeat(65_536)), 1);
        response.on('close', () => clearInterval(timer));
      }),
    ),
    code: 1,
    says: /in use by another program/,
    asks: 0,
  },
  {
    what: 'a program that speaks something else',
    holder: other(() => createServer((socket) => socket.end('220 mail.example ESMTP\r\n'))),
    code: 1,
    says: /in use by another program/,
    asks: 0,
  },
  {
    what: 'a program that ends every connection, for one that waits',
    holder: other(() => createServer((socket) => socket.destroy())),
    args: ['--wait'],
    code: 1,
    says: /waiting for the port(.|\n)*in use by another program/,
    asks: 0,
  },
  {
    what: 'a program that says nothing',
    holder: other(() => createServer((socket) => socket.on('error', () => {}))),
    code: 1,
    says: /in use by another program, which does not answer/,
    asks: 0,
  },
];

interface Result {
  readonly contest: Contest;
  readonly holder: Holder;
  readonly contender: Contender;
  readonly code: unknown;
}

const results = new Map<string, Result>();

async function run({ holder: make, hasSecret = false, args = [] }: Case): Promise<Result> {
  const contest = await openContest();
  if (hasSecret) {
    mkdirSync(contest.stateDir, { recursive: true });
    writeFileSync(join(contest.stateDir, `gateway-${contest.port}.secret`), SECRET, { mode: 0o600 });
  }
  const holder = make();
  await new Promise<void>((resolve) => holder.server.listen(contest.port, '127.0.0.1', resolve));
  const contender = contest.start({ args });
  const listens = contender.says('listening on').then(
    () => 'listens',
    () => contender.ended(),
  );
  return { contest, holder, contender, code: await Promise.race([contender.ended(), listens]) };
}

// Most of them wait for seconds: all at once, four at a time.
beforeAll(async () => {
  const queue = [...CASES];
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      results.set(next.what, await run(next));
    }
  };
  await Promise.all(Array.from({ length: 4 }, work));
}, 120_000);

afterAll(async () => {
  for (const { contest, holder } of results.values()) {
    holder.server.close();
    if ('closeAllConnections' in holder.server) {
      holder.server.closeAllConnections();
    }
    await contest.end();
  }
});

test.each(CASES)('$what: $code', ({ what, code, says, asks }) => {
  const { contender, holder, ...result } = results.get(what)!;
  expect({ code: result.code, stderr: contender.stderr() }).toEqual({ code, stderr: expect.stringMatching(says) });
  expect(contender.stdout()).toBe('');
  expect(holder.asked).toHaveLength(asks);
});

test('an older gateway is asked with the proof and the version', () => {
  const { holder } = results.get('an older gateway that yields')!;
  expect(holder.asked).toEqual([
    {
      authorization: `Bearer ${SECRET}`,
      body: { challenger_version: '0.1.0', reason: 'a newer version was started on this port' },
    },
  ]);
});
