// A gateway process that must outlive everything, and what no answer of it may be.
import { Agent, request } from 'undici';
import { type GatewayProcess, startGatewayProcess } from '../fixtures/start-gateway.ts';

/** An answer is due within this time, however odd the request: nothing asked for here takes long. */
const ANSWER_TIMEOUT_MILLIS = 5_000;
/** A stream that stays open has said enough by then. */
const STREAM_MILLIS = 50;
const STACK = /\n\s+at .+:\d+:\d+|node:internal|\.ts:\d+:\d+/;

export interface Shot {
  readonly path: string;
  readonly method?: 'POST' | 'GET' | 'DELETE';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Buffer;
}

export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

export interface GatewayUnderFire {
  readonly url: string;
  /** @throws {Error} Without an answer in time, with a stack trace in it, or after an internal error. */
  shoot(shot: Shot): Promise<Answer>;
  /** The same as a JSON body. */
  post(path: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  stop(): Promise<void>;
}

export async function startUnderFire(config: object, args: readonly string[] = []): Promise<GatewayUnderFire> {
  const gateway = await startGatewayProcess({ config, args });
  await gateway.ready();
  const agent = new Agent({ connections: 4, headersTimeout: ANSWER_TIMEOUT_MILLIS, maxHeaderSize: 65_536 });
  const shoot = async (shot: Shot): Promise<Answer> => {
    const said = gateway.stderr().length; // what an earlier input brought about is not this one's
    const answer = await answerOf(gateway, agent, shot);
    assertSound(gateway.stderr().slice(said), answer);
    return answer;
  };
  return {
    url: gateway.url,
    shoot,
    post: (path, body, headers = {}) =>
      shoot({
        path,
        headers: { 'content-type': 'application/json', ...headers },
        body: Buffer.from(JSON.stringify(body)),
      }),
    stop: async () => {
      await agent.close();
      await gateway.stop();
    },
  };
}

async function answerOf(gateway: GatewayProcess, dispatcher: Agent, shot: Shot): Promise<Answer> {
  const { path, method = 'POST', headers, body } = shot;
  try {
    const response = await request(gateway.url + path, {
      dispatcher,
      method,
      headers,
      ...(body === undefined ? {} : { body }),
    });
    const type = String(response.headers['content-type'] ?? '');
    return { status: response.statusCode, type, text: await readText(response.body, type) };
  } catch (error) {
    const { exitCode, signalCode } = gateway.process;
    const end = exitCode ?? signalCode;
    throw new Error(`${end === null ? 'no answer' : `the gateway ended with ${end}`}: ${String(error)}`, {
      cause: error,
    });
  }
}

type Body = Awaited<ReturnType<typeof request>>['body'];

/** The whole body; of a stream what came in its first moments, unless it ends before. */
async function readText(body: Body, type: string): Promise<string> {
  const limit = type.startsWith('text/event-stream') ? STREAM_MILLIS : ANSWER_TIMEOUT_MILLIS;
  let isOver = false;
  const timer = setTimeout(() => {
    isOver = true;
    body.destroy();
  }, limit);
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of body) {
      chunks.push(chunk as Buffer);
    }
  } catch (error) {
    if (!isOver || limit === ANSWER_TIMEOUT_MILLIS) {
      throw error;
    }
  } finally {
    clearTimeout(timer);
  }
  return Buffer.concat(chunks).toString();
}

function assertSound(said: string, { status, text }: Answer): void {
  const internal = /^.*internal error[^]*/m.exec(said);
  if (internal !== null) {
    throw new Error(`stderr says: ${internal[0].slice(0, 2_000)}`);
  }
  if (status === 500 || STACK.test(text)) {
    throw new Error(`answered ${status}: ${text.slice(0, 2_000)}`);
  }
}
