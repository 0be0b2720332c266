import type { ExemplarSource } from '../families/exemplar.ts';

/** Exemplars are a courtesy: a source that throws loses them, not the scrape. */
export function guardExemplars(source: ExemplarSource): ExemplarSource {
  return {
    exemplars(instrumentName, attributes) {
      try {
        return source.exemplars(instrumentName, attributes);
      } catch {
        return undefined;
      }
    },
  };
}
