// What bench/batch.mjs loads: the bare forwarder, and the gateway's own tool `call` with several calls at once.
import { BARE, bareLeg, gatewayLeg, startAround } from './gateway-legs.mjs';
import { startGateway, startProfiledGateway } from './processes.mjs';

const ERA = 'modern';
/** Calls in a batch: some, and as many as there may be. */
export const SIZES = [10, 25];

/** The name that a leg has in the figures. */
const nameOf = (state, size) => `batch of ${size}, telemetry ${state}`;

const textsOf = (text, size) => Array.from({ length: size }, (_, index) => `${text}${index}.`);

const askFor = (slug, size) => (text) => ({
  name: 'call',
  arguments: { calls: textsOf(text, size).map((each) => ({ tool_slug: slug, arguments: { text: each } })) },
});

/** Each item must have answered with its own text, in the order of the batch. */
const isAnswerOf = (size) => (said, text) => {
  const { results } = JSON.parse(said);
  const texts = textsOf(text, size);
  return results.length === size && results.every(({ result }, index) => result?.output === texts[index]);
};

/**
 * Starts everything.
 *
 * @param how As for `startAround`; `isProfiled`: whether the gateways can be profiled.
 * @returns `legs`, the bare forwarder first, and the `gateways` by the state of their telemetry.
 */
export async function startBatchLegs({ isProfiled, ...how }) {
  const { bare, states, start } = await startAround(how);
  const gateways = {};
  for (const [name, state] of Object.entries(states).filter(([each]) => each !== 'sampled')) {
    gateways[name] = await start(isProfiled ? startProfiledGateway : startGateway, [], state);
  }
  const batches = Object.keys(gateways).flatMap((state) => SIZES.map((size) => batchLeg(gateways[state], state, size)));
  return { legs: [{ ...bareLeg(bare, { era: ERA, name: BARE, tool: 'echo' }), size: 1 }, ...batches], gateways };
}

/** One batch after the other on each connection. */
export function batchLeg(gateway, state, size) {
  const leg = { era: ERA, name: nameOf(state, size), tool: 'call', size };
  return { ...gatewayLeg(gateway, leg), ask: askFor(gateway.slug, size), isAnswer: isAnswerOf(size) };
}
