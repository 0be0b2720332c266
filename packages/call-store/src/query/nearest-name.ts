const MAX_COMPARED = 64;

/** The name that `wrong` was most likely meant to be; `undefined` when none is near. */
export function nearestName(wrong: string, names: readonly string[]): string | undefined {
  const plain = wrong.slice(0, MAX_COMPARED).toLowerCase();
  const max = Math.max(1, Math.min(3, Math.floor(plain.length / 3)));
  let best: string | undefined;
  let bestDistance = max + 1;
  for (const name of names) {
    const distance = distanceOf(plain, name.toLowerCase());
    if (distance < bestDistance) {
      best = name;
      bestDistance = distance;
    }
  }
  return best ?? nameAround(plain, names);
}

/** `duration` is meant to be `duration_ms`, `tool_name` to be `tool`: one name inside the other, at the ends of words. */
function nameAround(plain: string, names: readonly string[]): string | undefined {
  const wanted = words(plain);
  let best: string | undefined;
  let bestShared = 0;
  for (const name of names) {
    const shared = words(name).filter((word) => wanted.includes(word)).length / words(name).length;
    if (shared > bestShared) {
      best = name;
      bestShared = shared;
    }
  }
  return best;
}

function words(name: string): readonly string[] {
  return name.toLowerCase().split(/[._-]/);
}

/** Insertions, deletions and replacements that make one of the other. */
function distanceOf(from: string, to: string): number {
  let last = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let row = 0; row < from.length; row += 1) {
    const current = [row + 1];
    for (let column = 1; column <= to.length; column += 1) {
      const replaced = (last[column - 1] ?? 0) + (from[row] === to[column - 1] ? 0 : 1);
      current.push(Math.min(replaced, (last[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    last = current;
  }
  return last[to.length] ?? 0;
}
