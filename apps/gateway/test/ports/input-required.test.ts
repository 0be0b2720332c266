import { beforeEach, describe, expect, jest, test } from '@jest/globals';
import { once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { MessageHub } from '../../src/cluster/messages/memory-gateway-messages.ts';
import type { Answer, Exchange } from '../../src/mcp/exchange/exchange.ts';
import { unknownClient } from '../../src/mcp/exchange/mcp-client.ts';
import type { RequestOfCall } from '../../src/mcp/input-rounds/call-requests.ts';
import { InputRequired } from '../../src/mcp/input-rounds/input-required.ts';
import { MemoryInputRounds } from '../../src/mcp/input-rounds/memory-input-rounds.ts';
import { type JsonObject, toJsonObject } from '../../src/protocol/json-rpc.ts';
import { memberOf } from '../../src/protocol/json/raw-json.ts';
import type { GatewayMessages } from '../../src/protocol/messages/gateway-messages.ts';
import type { PeerQuestion } from '../../src/upstream/upstream.ts';

const PRINCIPAL = undefined;
const NEVER = new AbortController().signal;
/** What is said of a state whose call has ended: to begin the call anew would run its tool twice. */
const ENDED = { error: { code: -32602, message: expect.stringContaining('its call has ended') } };

/** A question that the server calls by no name. */
function questionOf(method: string, key = ''): PeerQuestion {
  return { key, method, params: undefined, signal: NEVER };
}

async function turns(count: number): Promise<void> {
  for (let each = 0; each < count; each += 1) {
    await turn();
  }
}

const failing = (): Promise<never> => Promise.reject(new Error('the store is gone'));

/** What an `input_required` answer asks, by key. */
function asked(answer: Answer): { readonly state: string; readonly keys: readonly string[] } {
  const result = 'result' in answer ? answer.result : {};
  const [inputRequests, requestState] = [memberOf(result, 'inputRequests'), memberOf(result, 'requestState')];
  return { state: requestState as string, keys: Object.keys(inputRequests as JsonObject) };
}

/** A request of `principal`, as far as a call that waits for input needs one. */
function requestOf(principal: string | undefined, params: JsonObject = {}): RequestOfCall & { leave(): void } {
  const controller = new AbortController();
  const exchange: Exchange = {
    client: unknownClient('http'),
    headers: {},
    peerAddress: undefined,
    authSubject: undefined,
    principal,
    signal: controller.signal,
    isCallerGone: () => controller.signal.aborted,
    notify: () => {},
  };
  return {
    request: { jsonrpc: '2.0', id: 1, method: 'tools/call', params },
    exchange,
    leave: () => controller.abort(),
  };
}

function begin(
  to: InputRequired,
  principal: string | undefined,
  start: (ask: NonNullable<Exchange['ask']>) => Promise<Answer>,
): Promise<Answer> {
  return to.first(requestOf(principal), ({ ask }) => start(ask!));
}

function next(
  to: InputRequired,
  state: string,
  { principal, inputResponses }: { readonly principal: string | undefined; readonly inputResponses: JsonObject },
): Promise<Answer | undefined> {
  return to.next(state, requestOf(principal, { inputResponses }));
}

describe('InputRequired', () => {
  let rounds: MemoryInputRounds;
  let here: InputRequired;
  let there: InputRequired;
  let errors: unknown[];
  let ours: GatewayMessages;
  let theirs: GatewayMessages;
  let lastId = 0;
  /** Pieces of work that a stop would wait for. */
  let work = 0;

  function beginWork(): () => void {
    work += 1;
    return () => {
      work -= 1;
    };
  }

  function createInputRequired(messages: GatewayMessages): InputRequired {
    return new InputRequired({
      rounds,
      messages,
      now: () => 1_000_000,
      newId: () => `id-${(lastId += 1)}`,
      begin: beginWork,
      onError: (error) => errors.push(error),
    });
  }

  beforeEach(() => {
    rounds = new MemoryInputRounds();
    lastId = 0;
    work = 0;
    errors = [];
    const hub = new MessageHub();
    const onError = (error: unknown): number => errors.push(error);
    [ours, theirs] = [hub.join(onError), hub.join(onError)];
    here = createInputRequired(ours);
    there = createInputRequired(theirs);
  });

  /** A call that asks `questions` and answers with what it was told. */
  function ask(...questions: readonly string[]): Promise<Answer> {
    return begin(here, PRINCIPAL, async (send) => {
      const answers = await Promise.all(questions.map((method) => send(questionOf(method))));
      return { result: toJsonObject({ answers }) };
    });
  }

  test('asks in the result, and answers the repeated call', async () => {
    const { state, keys } = asked(await ask('roots/list', 'sampling/createMessage'));
    expect(keys).toHaveLength(2);
    const responses = Object.fromEntries(keys.map((key, i) => [key, { said: i }]));
    const answers = [{ result: { said: 0 } }, { result: { said: 1 } }];
    expect(await next(here, state, { principal: PRINCIPAL, inputResponses: responses })).toEqual({
      result: { answers },
    });
  });

  test.each([
    ['by the names that the server gives them', ['user_name', 'greeting'], ['user_name', 'greeting']],
    ['by names of the gateway’s own where two are the same', ['1', '1'], ['1', 'id-2']],
    ['by names of the gateway’s own where one is long', ['x'.repeat(129), '2'], ['2', 'id-2']],
  ])('calls questions %s', async (_, given, expected) => {
    const answer = await begin(here, PRINCIPAL, async (send) => {
      await Promise.all(given.map((key) => send(questionOf('roots/list', key))));
      return { result: {} };
    });
    expect([...asked(answer).keys].toSorted()).toEqual([...expected].toSorted());
  });

  test('each round has a state of its own, and the one before is answered again', async () => {
    const answer = await begin(here, PRINCIPAL, async (send) => {
      await send(questionOf('roots/list', 'first'));
      await send(questionOf('roots/list', 'second'));
      return { result: {} };
    });
    const first = asked(answer);
    const again = { principal: PRINCIPAL, inputResponses: { first: {} } };
    const second = asked((await next(here, first.state, again))!);
    expect(second).toEqual({ state: expect.not.stringMatching(first.state), keys: ['second'] });
    expect(asked((await next(here, first.state, again))!)).toEqual(second);
    const { state } = second;
    expect(await next(here, state, { principal: PRINCIPAL, inputResponses: { second: {} } })).toEqual({ result: {} });
    expect(await next(here, first.state, again)).toMatchObject(ENDED);
  });

  test('a round can be found by its state before its client has been asked, until the call ends', async () => {
    const { state, keys } = asked(await ask('roots/list'));
    expect(await rounds.find(state, 1_000_000)).toMatchObject({ gatewayId: ours.address, keys });
    await next(here, state, { principal: PRINCIPAL, inputResponses: { [keys[0]!]: {} } });
    expect(await rounds.find(state, 1_000_000)).toBeUndefined();
  });

  test('every request of a client that repeats its call too soon is answered', async () => {
    const { state, keys } = asked(await ask('roots/list'));
    const responses = { [keys[0]!]: { said: 1 } };
    const answer = { result: { answers: [{ result: { said: 1 } }] } };
    expect(
      await Promise.all([
        next(here, state, { principal: PRINCIPAL, inputResponses: responses }),
        next(here, state, { principal: PRINCIPAL, inputResponses: responses }),
      ]),
    ).toEqual([answer, answer]);
  });

  test('an answer to nothing that was asked is asked for again', async () => {
    const first = await ask('roots/list');
    expect(await next(here, asked(first).state, { principal: PRINCIPAL, inputResponses: { other: {} } })).toEqual(
      first,
    );
  });

  test('a call that waits at another gateway goes on there, and is not begun a second time', async () => {
    const first = await ask('roots/list');
    const { state, keys } = asked(first);
    expect(asked((await next(there, state, { principal: PRINCIPAL, inputResponses: {} }))!)).toEqual({ state, keys });
    expect(
      await next(there, state, { principal: PRINCIPAL, inputResponses: { [keys[0]!]: { said: 1 } } }),
    ).toMatchObject({ result: expect.anything() });
    expect(await next(here, state, { principal: PRINCIPAL, inputResponses: {} })).toMatchObject(ENDED);
  });

  test('a stop waits for a call between its rounds, and until another gateway has its answer', async () => {
    const { promise: whenDone, resolve: finish } = Promise.withResolvers<void>();
    const first = await begin(here, PRINCIPAL, async (send) => {
      await send(questionOf('roots/list'));
      await whenDone;
      return { result: {} };
    });
    expect(work).toBe(1);
    const { state, keys } = asked(first);
    let hasAnswer = false;
    const answer = next(there, state, { principal: PRINCIPAL, inputResponses: { [keys[0]!]: {} } }).then((given) => {
      hasAnswer = true;
      return given;
    });
    // What two gateways tell each other takes a few turns.
    await turns(20);
    expect(work).toBe(1);
    finish();
    await turns(20);
    expect([work, hasAnswer]).toEqual([0, true]);
    expect(await answer).toEqual({ result: {} });
  });

  test('a call that ends between its rounds holds up no stop', async () => {
    const { promise: whenDone, resolve: finish } = Promise.withResolvers<void>();
    await begin(here, PRINCIPAL, async (send) => {
      await Promise.race([send(questionOf('roots/list')), whenDone]);
      return { result: {} };
    });
    expect(work).toBe(1);
    finish();
    await turn();
    expect(work).toBe(0);
  });

  test('a call that ends while its round is noted holds up no stop', async () => {
    const { promise: whenNoted, resolve: note } = Promise.withResolvers<void>();
    jest.spyOn(rounds, 'put').mockReturnValue(whenNoted);
    const answer = begin(here, PRINCIPAL, async (send) => {
      void send(questionOf('roots/list'));
      await turns(2);
      return { result: {} };
    });
    expect(await answer).toEqual({ result: {} });
    note();
    await turns(2);
    expect(work).toBe(0);
  });

  test('an answer of many megabytes comes whole from the other gateway', async () => {
    const text = 'é'.repeat(3 * 1024 * 1024);
    const first = await begin(here, PRINCIPAL, async (send) => {
      await send(questionOf('roots/list'));
      return { result: { content: [{ type: 'text', text }] } };
    });
    const { state, keys } = asked(first);
    const answer = await next(there, state, { principal: PRINCIPAL, inputResponses: { [keys[0]!]: {} } });
    expect(memberOf((answer as { result: JsonObject }).result, 'content')).toEqual([{ type: 'text', text }]);
  });

  test('a call whose gateway is gone is to be repeated', async () => {
    const { state } = asked(await ask('roots/list'));
    await ours.close();
    expect(await next(there, state, { principal: PRINCIPAL, inputResponses: {} })).toMatchObject({
      error: { code: -32602, message: expect.stringContaining('repeat the call') },
    });
  });

  test('nobody else goes on with a call by way of another gateway', async () => {
    const first = await begin(here, 'alice', async (send) => {
      await send(questionOf('roots/list'));
      return { result: {} };
    });
    const { state, keys } = asked(first);
    const inputResponses = { [keys[0]!]: {} };
    expect(await next(there, state, { principal: 'bob', inputResponses })).toMatchObject({ error: { code: -32602 } });
    expect(await next(there, state, { principal: 'alice', inputResponses })).toMatchObject({ result: {} });
  });

  test('a state that no gateway gave is none of ours', async () => {
    expect(await next(here, 'of the upstream', { principal: PRINCIPAL, inputResponses: {} })).toBeUndefined();
  });

  test.each([
    ['all', 1_000, undefined, undefined],
    ['one principal', 100, 'bob', 'bob'],
  ])('a call past the bound of %s is told that nobody answers, and none that waits is ended', async (...row) => {
    const [, bound, flooder, refused] = row;
    const askFor = (principal: string | undefined): Promise<Answer> =>
      begin(here, principal, async (send) => ({
        result: toJsonObject({ answers: [await send(questionOf('roots/list'))] }),
      }));
    const alice = asked(await askFor('alice'));
    await Promise.all(Array.from({ length: bound - (flooder === undefined ? 1 : 0) }, () => askFor(flooder)));
    expect(await askFor(refused)).toMatchObject({
      result: { answers: [{ error: { message: 'Too many calls wait for input' } }] },
    });
    const inputResponses = { [alice.keys[0]!]: { said: 1 } };
    expect(await next(here, alice.state, { principal: 'alice', inputResponses })).toEqual({
      result: { answers: [{ result: { said: 1 } }] },
    });
  });

  test.each(['bob', undefined, '', 'Alice', 'alice '])('%j does not go on with a call of alice', async (principal) => {
    let isAnswered = false;
    const call = begin(here, 'alice', async (send) => {
      await send(questionOf('roots/list'));
      isAnswered = true;
      return { result: {} };
    });
    const { state, keys } = asked(await call);
    const inputResponses = { [keys[0]!]: { said: 'bob' } };
    for (const gateway of [here, there]) {
      expect(await next(gateway, state, { principal, inputResponses })).toMatchObject({ error: { code: -32602 } });
    }
    expect(isAnswered).toBe(false);
    expect(await next(here, state, { principal: 'alice', inputResponses })).toEqual({ result: {} });
  });

  test('a state of the upstream’s own is the principal’s to whom it was given', async () => {
    const ofUpstream = { result: { resultType: 'input_required', requestState: 'of the upstream' } };
    expect(await begin(here, 'alice', async () => ofUpstream)).toBe(ofUpstream);
    const inputResponses = {};
    expect(await next(there, 'of the upstream', { principal: 'alice', inputResponses })).toBeUndefined();
    expect(await next(there, 'of the upstream', { principal: 'bob', inputResponses })).toMatchObject({
      error: { code: -32602 },
    });
    expect(await next(there, 'made up', { principal: 'bob', inputResponses })).toMatchObject({
      error: { code: -32602 },
    });
  });

  test('questions of one call past their bound are declined', async () => {
    const { keys } = asked(await ask('x'.repeat(200 * 1024), 'y'.repeat(100 * 1024), 'roots/list'));
    expect(keys).toHaveLength(2);
  });

  test.each(['an ended call', 'a question that nobody waits for any more'])(
    'what %s asks is declined at once, and takes no place of another',
    async (kind) => {
      const late = {
        ...questionOf('roots/list'),
        ...(kind === 'an ended call' ? {} : { signal: AbortSignal.abort() }),
      };
      for (let i = 0; i < 1_010; i += 1) {
        let send: NonNullable<Exchange['ask']>;
        await begin(here, 'alice', async (given) => {
          send = given;
          return { result: {} };
        });
        expect(await send!(late)).toMatchObject({ error: { message: 'The call has ended' } });
      }
      expect(asked(await ask('roots/list')).keys).toHaveLength(1);
    },
  );

  describe('a call that its client has answered', () => {
    let exchange: Exchange;
    let state: string;

    beforeEach(async () => {
      const answer = await here.first(requestOf(PRINCIPAL, { _meta: { progressToken: 'first' } }), async (own) => {
        exchange = own;
        await own.ask?.(questionOf('roots/list', 'one'));
        if (!own.signal.aborted) {
          await once(own.signal, 'abort');
        }
        return { result: { isOver: true } };
      });
      ({ state } = asked(answer));
    });

    test('is cancelled by the client that leaves then', async () => {
      const second = requestOf(PRINCIPAL, { inputResponses: { one: {} } });
      const answer = here.next(state, second);
      expect([exchange.signal.aborted, exchange.isCallerGone()]).toEqual([false, false]);
      second.leave();
      expect([exchange.signal.aborted, exchange.isCallerGone()]).toEqual([true, true]);
      expect(await answer).toEqual({ result: { isOver: true } });
    });

    test('goes on while another of its requests waits, and ends with the last', async () => {
      const [second, again] = [1, 2].map(() => requestOf(PRINCIPAL, { inputResponses: { one: {} } }));
      const answers = [here.next(state, second!), here.next(state, again!)];
      second!.leave();
      expect(await answers[0]).toMatchObject({ error: { message: 'The request was cancelled' } });
      expect(exchange.signal.aborted).toBe(false);
      again!.leave();
      expect(await answers[1]).toEqual({ result: { isOver: true } });
    });

    test('says what it has to say to the newest request, by its own token', async () => {
      const heard: unknown[] = [];
      const second = requestOf(PRINCIPAL, { inputResponses: { one: {} }, _meta: { progressToken: 'second' } });
      Object.assign(second.exchange, { notify: (...parts: unknown[]) => heard.push(parts) });
      void here.next(state, second);
      exchange.notify('notifications/message', { level: 'info' });
      exchange.notify('notifications/progress', { progressToken: 'first', progress: 1 });
      expect(heard).toEqual([
        ['notifications/message', { level: 'info' }],
        ['notifications/progress', { progressToken: 'second', progress: 1 }],
      ]);
      second.leave();
    });
  });

  test('asks also while the store is gone', async () => {
    Object.assign(rounds, { put: failing, find: failing });
    expect(asked(await ask('roots/list')).keys).toHaveLength(1);
    expect(await next(here, 'of the upstream', { principal: PRINCIPAL, inputResponses: {} })).toBeUndefined();
    await turn();
    expect(errors).toEqual([new Error('the store is gone'), new Error('the store is gone')]);
  });
});
