// Rounds of legs that take turns, so that a slow moment of the machine hits all of them.

/**
 * Each leg once to warm up, then all in turns, every other round backwards.
 *
 * @param rounds How many.
 * @param warmUp Runs a leg before anything counts.
 * @param measure Gives what is measured of a leg.
 * @returns `results[round][leg]`.
 */
export async function measureRounds(legs, { rounds, warmUp, measure }) {
  for (const leg of legs) {
    await warmUp(leg);
  }
  const results = [];
  for (let round = 0; round < rounds; round += 1) {
    const measured = new Map();
    for (const leg of round % 2 === 0 ? legs : legs.toReversed()) {
      measured.set(leg, await measure(leg));
    }
    results.push(legs.map((leg) => measured.get(leg)));
  }
  return results;
}
