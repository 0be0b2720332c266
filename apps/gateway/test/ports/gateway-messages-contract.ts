// What every adapter of GatewayMessages promises. An adapter over another way runs these tests unchanged.
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../src/protocol/json-rpc.ts';
import { type GatewayMessages, MAX_MESSAGE_BYTES } from '../../src/protocol/messages/gateway-messages.ts';

/** Joins one more gateway to those that share one state. */
export type JoinMessages = (onError: (error: unknown) => void) => Promise<GatewayMessages>;

interface Heard {
  readonly body: JsonObject;
  readonly from: string;
}

/** What one gateway hears of a topic, in the order in which it came. */
class Ear {
  readonly heard: Heard[] = [];
  #wake: () => void = () => {};

  constructor(messages: GatewayMessages, topic: string) {
    messages.listen(topic, (body, from) => {
      this.heard.push({ body, from });
      this.#wake();
    });
  }

  async until(count: number): Promise<readonly JsonObject[]> {
    while (this.heard.length < count) {
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    return this.heard.map(({ body }) => body);
  }
}

export function gatewayMessagesContract(name: string, join: JoinMessages): void {
  describe(`${name} as GatewayMessages`, () => {
    const errors: unknown[] = [];
    const onError = (error: unknown): number => errors.push(error);
    let first: GatewayMessages;
    let second: GatewayMessages;
    let third: GatewayMessages;

    beforeEach(async () => {
      errors.length = 0;
      [first, second, third] = [await join(onError), await join(onError), await join(onError)];
    });

    afterEach(() => Promise.all([first.close(), second.close(), third.close()]));

    test('each gateway has an address of its own', () => {
      expect(new Set([first.address, second.address, third.address]).size).toBe(3);
      expect(first.address).toMatch(/^[0-9a-f-]{1,64}$/);
    });

    test('a message comes to every other gateway, in order, and not back to its sender', async () => {
      const [own, ...others] = [first, second, third].map((each) => new Ear(each, 'news'));
      for (let n = 0; n < 5; n += 1) {
        expect(await first.publish({ topic: 'news', body: { n } })).toBe(true);
      }
      for (const ear of others) {
        expect(await ear.until(5)).toEqual([{ n: 0 }, { n: 1 }, { n: 2 }, { n: 3 }, { n: 4 }]);
        expect(ear.heard[0]!.from).toBe(first.address);
      }
      expect(own!.heard).toEqual([]);
    });

    test('a message to one gateway comes to that one alone', async () => {
      const [meant, other] = [new Ear(second, 'news'), new Ear(third, 'news')];
      await first.publish({ topic: 'news', to: second.address, body: { for: 'second' } });
      await first.publish({ topic: 'news', body: { for: 'all' } });
      expect(await other.until(1)).toEqual([{ for: 'all' }]);
      expect(await meant.until(2)).toEqual([{ for: 'second' }, { for: 'all' }]);
    });

    test('only who listens to a topic hears of it, until that is ended', async () => {
      const [ear, end] = [new Ear(second, 'b'), new Ear(second, 'end')];
      const stop = second.listen('a', () => errors.push('heard'));
      stop();
      await first.publish({ topic: 'a', body: {} });
      await first.publish({ topic: 'b', body: { text: 'ü "\n' } });
      await first.publish({ topic: 'end', body: {} });
      await end.until(1);
      expect(ear.heard.map(({ body }) => body)).toEqual([{ text: 'ü "\n' }]);
      expect(errors).toEqual([]);
    });

    test('a listener that throws harms no other, and is told of', async () => {
      second.listen('news', () => {
        throw new Error('oh');
      });
      const ear = new Ear(second, 'news');
      await first.publish({ topic: 'news', body: {} });
      await ear.until(1);
      expect(errors).toMatchObject([{ message: 'oh' }]);
    });

    test('what is too large is refused', async () => {
      const ear = new Ear(second, 'news');
      expect(await first.publish({ topic: 'news', body: { text: 'x'.repeat(MAX_MESSAGE_BYTES) } })).toBe(false);
      expect(await first.publish({ topic: 'news', body: { text: 'x'.repeat(MAX_MESSAGE_BYTES - 1_000) } })).toBe(true);
      expect((await ear.until(1)).length).toBe(1);
    });

    test('a gateway that has left hears nothing and says nothing', async () => {
      const [gone, ear] = [new Ear(second, 'news'), new Ear(third, 'news')];
      await second.close();
      expect(await second.publish({ topic: 'news', body: { from: 'second' } })).toBe(false);
      await first.publish({ topic: 'news', body: {} });
      expect(await ear.until(1)).toEqual([{}]);
      expect(gone.heard).toEqual([]);
    });
  });
}
