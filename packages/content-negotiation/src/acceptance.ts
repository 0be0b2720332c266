import { type AcceptEntry, parseAccept } from './accept-header.ts';

/**
 * Whether an answer in `coding` is welcome: named, or covered by `*`, with a weight above 0 and no lower than one that is
 * given to `identity` (RFC 9110, 12.5.3). Without a header nothing but identity is.
 *
 * @param coding In lower case: `gzip`.
 */
export function acceptsEncoding(acceptEncoding: string | null | undefined, coding: string): boolean {
  const entries = parseAccept(acceptEncoding);
  const named = (value: string): AcceptEntry | undefined => entries.find((entry) => entry.value === value);
  const weight = (named(coding) ?? named('*'))?.weight ?? 0;
  return weight > 0 && weight >= (named('identity')?.weight ?? 0);
}

/**
 * Whether an answer of `mediaType` is welcome: the most specific range that covers it has a weight above 0 (RFC 9110,
 * 12.5.1). Without a header, and without an entry that can be read, every type is.
 *
 * @param mediaType In lower case and without parameters; those of a range are not compared.
 */
export function acceptsMediaType(accept: string | null | undefined, mediaType: string): boolean {
  const entries = parseAccept(accept);
  let best = 0;
  let weight = entries.length === 0 ? 1 : 0;
  for (const entry of entries) {
    const specificity = specificityOf(entry.value, mediaType);
    if (specificity > best) {
      best = specificity;
      weight = entry.weight;
    }
  }
  return weight > 0;
}

/** How closely a range names a media type: 0 not at all, 1 as one of all, 2 by its main type, 3 by name. */
export function specificityOf(range: string, mediaType: string): 0 | 1 | 2 | 3 {
  if (range === mediaType) {
    return 3;
  }
  if (range.endsWith('/*') && mediaType.startsWith(range.slice(0, -1))) {
    return 2;
  }
  return range === '*' ? 1 : 0;
}
