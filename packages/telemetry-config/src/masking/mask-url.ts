import { looksLikeKey, looksLikeKeyOrUuid } from './key-form.ts';

const MASK = '***';
const PATH = /(?<=\/\/[^/?#\s]*)\/[^?#\s]*/g;
const QUERY = /(?<=\/\/[^?#\s]*)\?[^#\s]*/g;
const FRAGMENT = /(?<=\/\/[^#\s]*#)\S+/g;
/** A segment of a path behind which keys stand. */
const NAMES_KEY = /(?:key|token|secret|password)s?$/i;
/** What may stand there, too: `/token/refresh`. */
const PLAIN_WORD = /^[a-z][a-z-]*$/;

/** Says whether a segment of a path is a key. */
type IsKey = (segment: string) => boolean;

/**
 * Masks what may be secret in the URLs of a text: the user information, the values of the query, the fragment, and what
 * {@link maskPath} finds in the path. Host and plain words stay.
 */
export function maskUrl(text: string, isKey: IsKey = looksLikeKey): string {
  return text
    .replaceAll(/(?<=\/\/)[^/?#\s]*@/g, `${MASK}@`)
    .replaceAll(PATH, (path) => maskPath(path, isKey))
    .replaceAll(QUERY, maskQuery)
    .replaceAll(FRAGMENT, MASK)
    .replaceAll(/(?<=[?&][^=&#\s]+=)[^&#\s]+/g, MASK);
}

/** The same for a text that was meant as a URL, and may lack what it would be known by. */
export function maskMeantUrl(text: string): string {
  return text.includes('//') ? maskUrl(text, looksLikeKeyOrUuid) : maskUrl(`//${text}`, looksLikeKeyOrUuid).slice(2);
}

/**
 * Masks the segments of a path that are keys, what stands behind one that is named like a key (`/token/…`) and is no plain
 * word, and the values of parameters (`;v=1`).
 */
export function maskPath(path: string, isKey: IsKey = looksLikeKey, mask: string = MASK): string {
  const segments = path.split('/');
  return segments
    .map((segment, index) => {
      const isBehindName = NAMES_KEY.test(segments[index - 1] ?? '') && segment !== '' && !PLAIN_WORD.test(segment);
      return isBehindName || isKey(segment) ? mask : segment.replaceAll(/=[^;=]+/g, `=${mask}`);
    })
    .join('/');
}

/** A query of no pairs is one value, and so is a key that ends in `=`. */
function maskQuery(query: string): string {
  return query.replaceAll(/(?<=[?&])[^&]+/g, (item) => {
    const [name = '', ...value] = item.split('=');
    const isName = value.length > 0 && !looksLikeKeyOrUuid(name);
    return isName ? `${name}=${value.join('') === '' ? '' : MASK}` : MASK;
  });
}
