import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type EchoServer, startEchoServer } from '../fixtures/echo-server.ts';
import { type RunningGateway, startGateway } from '../fixtures/start-gateway.ts';

const NUMBER_OR_NULL = { anyOf: [{ type: 'integer' }, { type: 'null' }] };
const CUBE = { properties: { kind: { const: 'cube' }, size: { type: 'number' } }, required: ['kind'] };
const LABEL = { properties: { kind: { const: 'label' }, size: { type: 'boolean' } }, required: ['kind'] };

const SCHEMAS = {
  shape: {
    type: 'object',
    properties: {
      id: {},
      radius: { type: 'number', maximum: 10 },
      count: { type: 'integer' },
      visible: { type: 'boolean' },
      name: { type: 'string' },
      tags: { type: 'array', items: { type: 'string' } },
      frames: { type: 'array', items: { type: 'integer' } },
      parts: { type: 'array', items: { type: 'object', properties: { n: { type: 'integer' } } } },
      deep: { type: 'object', properties: { 'a/b': { type: 'array', items: { type: 'number' } } } },
      either: { anyOf: [{ type: 'string' }, { type: 'integer' }] },
      both: { type: ['string', 'integer'] },
      maybe: NUMBER_OR_NULL,
      maybeList: { oneOf: [{ type: 'array', items: { type: 'integer' } }, { type: 'null' }] },
      numberOrList: { type: ['number', 'array'] },
      level: { enum: [1, 2] },
      item: { anyOf: [CUBE, LABEL] },
      any: { anyOf: [{ type: 'number' }, { type: 'boolean' }] },
      large: { type: 'integer' },
    },
    additionalProperties: false,
  },
  inherited: { type: 'object', required: ['constructor', '__proto__', 'toString', 'valueOf', 'hasOwnProperty'] },
  dependent: { dependentRequired: { toString: ['a'] }, dependentSchemas: { constructor: false } },
  closed: { type: 'object', properties: { a: {} }, additionalProperties: false },
  named: { type: 'object', properties: { toString: { type: 'string' }, constructor: { type: 'number' } } },
};

let server: EchoServer;
let gateway: RunningGateway;
const shorts = new Map<string, string>();

beforeAll(async () => {
  server = await startEchoServer(SCHEMAS);
  const { url } = server;
  gateway = await startGateway({ config: { mcpServers: { echo: { url }, exact: { url, coerceArguments: false } } } });
  await gateway.ready();
  const { instances } = (await (await fetch(`${gateway.url}/v1/instances`)).json()) as {
    instances: readonly { name: string; instance_short: string }[];
  };
  instances.forEach(({ name, instance_short: short }) => shorts.set(name, short));
});

afterAll(async () => {
  await gateway.stop();
  server.close();
});

interface Called {
  readonly status: number;
  readonly body: {
    readonly ok?: boolean;
    readonly output?: unknown;
    readonly error?: { readonly kind: string; readonly message: string };
    readonly _meta?: { readonly dcc: { readonly coerced?: readonly string[]; readonly validation?: string } };
  };
}

/** Sends arguments as they are written. */
async function call(tool: string, args: string, upstream = 'echo'): Promise<Called> {
  const response = await fetch(`${gateway.url}/v1/call`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: `{"tool_slug":"${upstream}.${shorts.get(upstream)}.${tool}","arguments":${args}}`,
  });
  return { status: response.status, body: (await response.json()) as Called['body'] };
}

const notesOf = ({ _meta: meta }: Called['body']) => meta?.dcc;

describe('arguments of the wrong type, whose meaning is beyond doubt', () => {
  test.each([
    ['a number', '{"radius":"1.5"}', '{"radius":1.5}', ['/radius']],
    ['an integer', '{"count":"-1"}', '{"count":-1}', ['/count']],
    ['a boolean', '{"visible":"true"}', '{"visible":true}', ['/visible']],
    ['a lone value for a list', '{"tags":"red"}', '{"tags":["red"]}', ['/tags']],
    ['a lone value of the wrong type for a list', '{"frames":"7"}', '{"frames":[7]}', ['/frames']],
    ['a lone object for a list', '{"parts":{"n":"1"}}', '{"parts":[{"n":1}]}', ['/parts']],
    ['items of a list', '{"frames":[1,"2",3]}', '{"frames":[1,2,3]}', ['/frames/1']],
    ['a value deep inside', '{"deep":{"a/b":["1"]}}', '{"deep":{"a/b":[1]}}', ['/deep/a~1b/0']],
    ['the one branch that can take it', '{"maybe":"4"}', '{"maybe":4}', ['/maybe']],
    ['the one branch that can take a list', '{"maybeList":4}', '{"maybeList":[4]}', ['/maybeList']],
    [
      'the branch that another member chooses',
      '{"item":{"kind":"cube","size":"2"}}',
      '{"item":{"kind":"cube","size":2}}',
      ['/item/size'],
    ],
    ['one of the values there are', '{"level":"2"}', '{"level":2}', ['/level']],
    [
      'several at once',
      '{"radius":"1","name":"x","visible":"false"}',
      '{"radius":1,"name":"x","visible":false}',
      ['/radius', '/visible'],
    ],
  ])('are mended: %s', async (_, args, sent, coerced) => {
    const { status, body } = await call('shape', args);
    expect([status, body.output]).toEqual([200, sent]);
    expect(notesOf(body)).toMatchObject({ coerced });
    expect(notesOf(body)).not.toHaveProperty('validation');
  });

  test.each([
    ['a text that may be a text', '{"either":"1"}'],
    ['a text of a list of types', '{"both":"1"}'],
    ['a text that should be one', '{"name":"1"}'],
    ['a value that no schema speaks of', '{"id":"1"}'],
    ['null where it is allowed', '{"maybe":null}'],
  ])('stay as they are: %s', async (_, args) => {
    const { status, body } = await call('shape', args);
    expect([status, body.output]).toEqual([200, args]);
    expect(notesOf(body)).not.toHaveProperty('coerced');
  });

  test.each([
    ['no number', '{"radius":"big"}', '/radius must be number'],
    ['an empty text', '{"radius":""}', '/radius must be number'],
    ['space around a number', '{"radius":" 1"}', '/radius must be number'],
    ['a number in another notation', '{"radius":"0x10"}', '/radius must be number'],
    ['a fraction for an integer', '{"count":"1.5"}', '/count must be integer'],
    ['a boolean in other letters', '{"visible":"yes"}', '/visible must be boolean'],
    ['a number for a text', '{"name":5}', '/name must be string'],
    ['a value that is out of range once it is mended', '{"radius":"11"}', '/radius must be <= 10'],
    ['a text that holds a list', '{"tags":"[1]"}', '/tags must be array'],
    ['null for a list', '{"tags":null}', '/tags must be array'],
    ['a lone value of no use in the list', '{"frames":{}}', '/frames must be array'],
    ['a value that can be mended in two ways', '{"numberOrList":"1"}', '/numberOrList must be number,array'],
  ])('are refused: %s', async (_, args, message) => {
    const { status, body } = await call('shape', args);
    expect([status, body.error]).toMatchObject([
      400,
      { kind: 'invalid-params', message: expect.stringContaining(message) },
    ]);
  });

  test('are refused where coerceArguments is false', async () => {
    expect(await call('shape', '{"radius":"1"}', 'exact')).toMatchObject({
      status: 400,
      body: { error: { kind: 'invalid-params' } },
    });
    expect(await call('shape', '{"radius":1}', 'exact')).toMatchObject({ status: 200, body: { ok: true } });
  });
});

describe('names that every object inherits', () => {
  test('satisfy no required', async () => {
    const { status, body } = await call('inherited', '{}');
    expect(status).toBe(400);
    for (const name of SCHEMAS.inherited.required) {
      expect(body.error?.message).toContain(`/${name} is required`);
    }
    const all = '{"constructor":1,"__proto__":1,"toString":1,"valueOf":1,"hasOwnProperty":1}';
    expect((await call('inherited', all)).status).toBe(200);
  });

  test.each(['constructor', '__proto__', 'toString', 'valueOf', 'hasOwnProperty'])(
    'are members like others when they are sent: %s',
    async (name) => {
      expect(await call('closed', `{"${name}":1}`)).toMatchObject({
        status: 400,
        body: { error: { message: expect.stringContaining(`/${name} is not a property of the tool`) } },
      });
    },
  );

  test('are no members where they are not sent', async () => {
    expect((await call('dependent', '{}')).status).toBe(200);
    expect((await call('dependent', '{"toString":1}')).status).toBe(400);
    expect((await call('named', '{}')).status).toBe(200);
    expect((await call('named', '{"constructor":{}}')).status).toBe(400);
  });
});
