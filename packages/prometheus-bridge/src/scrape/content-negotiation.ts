import { type AcceptEntry, parseAccept, specificityOf } from '@dcc-mcp/content-negotiation';
import { parseEscapingScheme, type EscapingScheme } from '../names/name-escaping.ts';

/** The wire format of an answer, as chosen from an `Accept` header. */
export interface ExpositionFormat {
  readonly type: 'prometheus-text' | 'openmetrics-text' | 'prometheus-protobuf';
  /** Version of the text formats: `0.0.4` (or `1.0.0`, the same with quoted UTF-8 names) and `1.0.0` (or `0.0.1`). */
  readonly version: string;
  /** How names that are not plain Prometheus names are written; `underscores` when the client did not ask. */
  readonly escaping: EscapingScheme;
  /** Value of the `Content-Type` header. */
  readonly contentType: string;
}

interface Offer {
  readonly type: ExpositionFormat['type'];
  readonly mediaType: string;
  readonly version: string;
  readonly suits: (parameters: ReadonlyMap<string, string>) => boolean;
  readonly contentType: string;
}

const PROTOBUF_MESSAGE = 'io.prometheus.client.MetricFamily';

/** First the one that a client without wishes gets. */
const OFFERS: readonly Offer[] = [
  textOffer('prometheus-text', 'text/plain', '0.0.4'),
  textOffer('prometheus-text', 'text/plain', '1.0.0'),
  textOffer('openmetrics-text', 'application/openmetrics-text', '1.0.0'),
  textOffer('openmetrics-text', 'application/openmetrics-text', '0.0.1'),
  {
    type: 'prometheus-protobuf',
    mediaType: 'application/vnd.google.protobuf',
    version: '',
    suits: (parameters) => parameters.get('proto') === PROTOBUF_MESSAGE && parameters.get('encoding') === 'delimited',
    contentType: `application/vnd.google.protobuf; proto=${PROTOBUF_MESSAGE}; encoding=delimited`,
  },
];

function textOffer(type: Offer['type'], mediaType: string, version: string): Offer {
  return {
    type,
    mediaType,
    version,
    suits: (parameters) => !parameters.has('version') || parameters.get('version') === version,
    contentType: `${mediaType}; version=${version}; charset=utf-8`,
  };
}

interface Match {
  readonly offer: Offer;
  readonly range: AcceptEntry;
  readonly specificity: number;
  readonly position: number;
}

/**
 * Chooses the format of an answer: highest quality, then the most specific entry, then the client's order
 * (Prometheus, "Scrape protocol content negotiation").
 *
 * No header, or one without any entry: Prometheus text 0.0.4. Remote write and OpenMetrics protobuf are never chosen.
 *
 * @returns `undefined` when nothing that is offered is acceptable.
 */
export function negotiateFormat(accept?: string): ExpositionFormat | undefined {
  const ranges = parseAccept(accept ?? '');
  if (ranges.length === 0) {
    return toFormat(OFFERS[0], undefined);
  }
  const matches = OFFERS.map((offer) => bestMatch(offer, ranges)).filter((match) => match !== undefined);
  const [best] = matches.filter(({ range }) => range.weight > 0).toSorted(byPreference);
  return best && toFormat(best.offer, best.range.parameters.get('escaping'));
}

function bestMatch(offer: Offer, ranges: readonly AcceptEntry[]): Match | undefined {
  let best: Match | undefined;
  for (const [position, range] of ranges.entries()) {
    const specificity = matchOf(offer, range);
    if (specificity > (best?.specificity ?? 0)) {
      best = { offer, range, specificity, position };
    }
  }
  return best;
}

/** 0 for no match; 1 for everything, 2 for the main type, 3 for the type, 4 for the type with its version. */
function matchOf(offer: Offer, { value, parameters }: AcceptEntry): number {
  const specificity = specificityOf(value, offer.mediaType);
  if (specificity < 3) {
    return specificity;
  }
  if (!offer.suits(parameters)) {
    return 0;
  }
  return parameters.has('version') ? 4 : 3;
}

function byPreference(a: Match, b: Match): number {
  return b.range.weight - a.range.weight || b.specificity - a.specificity || a.position - b.position;
}

function toFormat(offer: Offer | undefined, escapingParameter: string | undefined): ExpositionFormat | undefined {
  if (offer === undefined) {
    return undefined;
  }
  const asked = parseEscapingScheme(escapingParameter);
  const contentType = asked === undefined ? offer.contentType : `${offer.contentType}; escaping=${asked}`;
  return { type: offer.type, version: offer.version, escaping: asked ?? 'underscores', contentType };
}
