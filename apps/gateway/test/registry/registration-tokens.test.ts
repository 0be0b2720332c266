// Who may register what, where tokens are configured.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type EchoServer, startEchoServer } from '../fixtures/echo-server.ts';
import { errorOf, type Json, mayaAt, removeStudios, startStudio, type Studio } from './studio.ts';

afterAll(removeStudios);

let maya: EchoServer;

beforeAll(async () => {
  maya = await startEchoServer({ render: { type: 'object' } });
});

afterAll(() => maya?.close());

const mayaBody = (more?: Json): Json => mayaAt(maya.url, more);

describe('with tokens', () => {
  const TOKENS = [
    { token: 'all', name: 'all' },
    { token: 'maya-only', name: 'maya', dccTypes: ['Maya'] },
    { token: 'second', name: 'second' },
  ];
  let guarded: Studio;

  beforeAll(async () => {
    guarded = await startStudio({ auth: { tokens: TOKENS } });
  });

  afterAll(() => guarded?.gateway.stop());

  test.each(['register', 'heartbeat', 'deregister'])('%s needs one', async (path) => {
    expect((await guarded.post(`instances/${path}`, mayaBody())).status).toBe(401);
    expect((await guarded.post(`instances/${path}`, mayaBody(), 'wrong')).status).toBe(401);
  });

  test('one that is scoped registers its own types, in any case, and no other', async () => {
    const mine = mayaBody({ dcc_type: 'MAYA' });
    expect((await guarded.register(mine, 'maya-only')).status).toBe(200);
    const foreign = await guarded.register(mayaBody({ dcc_type: 'blender' }), 'maya-only');
    expect(foreign.status).toBe(403);
    expect(errorOf(foreign)).toMatchObject({
      kind: 'policy-denied',
      message: expect.stringContaining('dcc_scope_mismatch'),
      policy: { reason: 'dcc-scope' },
    });
    await guarded.post('instances/deregister', { instance_id: mine['instance_id'] }, 'maya-only');
  });

  test('one that is scoped has no say over instances of other types', async () => {
    const blender = mayaBody({ dcc_type: 'blender' });
    const id = { instance_id: blender['instance_id'] };
    await guarded.register(blender, 'all');
    const answers = await Promise.all([
      guarded.post('instances/heartbeat', id, 'maya-only'),
      guarded.post('instances/deregister', id, 'maya-only'),
      guarded.register({ ...blender, dcc_type: 'maya' }, 'maya-only'),
    ]);
    expect(answers.map((answer) => [answer.status, (errorOf(answer)['policy'] as Json)['reason']])).toEqual(
      answers.map(() => [403, 'dcc-scope']),
    );
    expect((await guarded.post('instances/deregister', id, 'all')).status).toBe(200);
  });

  test('one that is scoped does not take over an instance of the configuration under a type of its own', async () => {
    const configured = await startStudio({ auth: { tokens: TOKENS }, mcpServers: { houdini: { url: maya.url } } });
    const { instances } = await configured.get('instances', 'all');
    const id = (instances as readonly Json[])[0]!['instance_id'];
    const taken = await configured.register({ instance_id: id, dcc_type: 'maya', mcp_url: maya.url }, 'maya-only');
    expect([taken.status, (errorOf(taken)['policy'] as Json)['reason']]).toEqual([403, 'dcc-scope']);
    await configured.gateway.stop();
  });

  test('the one that registered an instance may give it another address, another one may not', async () => {
    const body = mayaBody();
    const moved = { ...body, mcp_url: `${maya.url}?moved` };
    await guarded.register(body, 'all');
    expect((await guarded.register(moved, 'second')).status).toBe(409);
    expect((await guarded.register(body, 'second')).status).toBe(200);
    expect((await guarded.register(moved, 'second')).status).toBe(409);
    expect(await guarded.register(moved, 'all')).toMatchObject({ status: 200, body: { updated: true } });
    await guarded.post('instances/deregister', { instance_id: body['instance_id'] }, 'all');
  });
});
