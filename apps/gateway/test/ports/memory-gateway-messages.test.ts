import { describe, expect, test } from '@jest/globals';
import { MessageHub } from '../../src/cluster/messages/memory-gateway-messages.ts';
import { readMessage } from '../../src/protocol/messages/message-text.ts';
import { gatewayMessagesContract } from './gateway-messages-contract.ts';

let hub = new MessageHub();
let joined = 0;

gatewayMessagesContract('MessageHub', async (onError) => {
  hub = joined % 3 === 0 ? new MessageHub() : hub;
  joined += 1;
  return hub.join(onError);
});

describe('a message from outside', () => {
  test.each([
    ['no JSON', 'x'],
    ['a list', '[]'],
    ['null', 'null'],
    ['nothing', ''],
    ['a topic that is no text', '{"topic":1,"from":"a","body":{}}'],
    ['nobody who sent it', '{"topic":"t","body":{}}'],
    ['a body that is a list', '{"topic":"t","from":"a","body":[]}'],
    ['an address that is no text', '{"topic":"t","from":"a","to":{},"body":{}}'],
    ['a body that is too deep', `{"topic":"t","from":"a","body":{"a":${'['.repeat(1_000)}${']'.repeat(1_000)}}}`],
  ])('that is %s is dropped', (_, text) => {
    expect(readMessage(text)).toBeUndefined();
  });
});
