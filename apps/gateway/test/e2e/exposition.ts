// Reads the samples of a scrape (Prometheus text 0.0.4), enough to look up a value by name and labels.

/** Gives `/metrics` of a gateway as text. @throws {Error} When it does not answer 200. */
export async function scrape(url: string): Promise<string> {
  const response = await fetch(`${url}/metrics`);
  if (response.status !== 200) {
    throw new Error(`/metrics answered ${response.status}`);
  }
  return await response.text();
}

const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/g;

/** Values of the family `name`, keyed by its label values in the order of `labels`, joined with a blank. */
export function valuesOf(text: string, name: string, labels: readonly string[]): Readonly<Record<string, number>> {
  const samples = text.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
  return Object.fromEntries(
    samples.map((line) => {
      const found = Object.fromEntries([...line.matchAll(LABEL)].map(([, key, value]) => [key, value]));
      const value = Number(
        line
          .slice(line.lastIndexOf('}') + 1)
          .trim()
          .split(' ')
          .at(line.includes('}') ? 0 : 1),
      );
      return [labels.map((label) => found[label] ?? '').join(' '), value];
    }),
  );
}
