import { acceptsEncoding } from '@dcc-mcp/content-negotiation';
import { headerText, type HttpContext } from '@dcc-mcp/http-adapter';
import { errorReply, PAGE_HEADERS, type Reply } from '../http/reply.ts';
import type { RouteRequest, RouteTable } from '../http/route-table.ts';
import { indexAt, PAGE_CODINGS, type PageFile, type PageFiles } from './page-files.ts';

/** What {@link pageRoutes} takes. */
export interface PageOptions {
  /** Where the page is, without a slash at its end. */
  readonly adminPath: string;
  /** Absent where the gateway was built without it. */
  readonly page: PageFiles | undefined;
}

/** Nothing inline, nothing from elsewhere, no text that becomes code. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

/** The name of an asset changes with its bytes; the document has to be asked for each time. */
const CACHING = { asset: 'public, max-age=31536000, immutable', index: 'no-cache' } as const;

/** The page and its files. They hold no data, so that whoever lacks a token gets them too: the page then asks for it. */
export function pageRoutes({ adminPath, page }: PageOptions): RouteTable {
  const index = page && indexAt(adminPath, page.index);
  return {
    [`GET ${adminPath}`]: { guard: 'open', handler: ({ http }) => toSlash(adminPath, http) },
    [`GET ${adminPath}/`]: {
      guard: 'open',
      handler: (route) => (index === undefined ? notBuilt(route) : fileReply(index, route.http, 'index')),
    },
    [`GET ${adminPath}/assets/:file`]: {
      guard: 'open',
      handler: (route) => {
        const asset = page?.assets.get(route.params['file'] ?? '');
        return asset === undefined ? noSuchFile(route) : fileReply(asset, route.http, 'asset');
      },
    },
  };
}

/** Relative, for whoever serves the gateway below a path of its own. */
function toSlash(adminPath: string, { query }: HttpContext): Reply {
  const search = query.size === 0 ? '' : `?${query.toString()}`;
  const location = `${adminPath.slice(adminPath.lastIndexOf('/') + 1)}/${search}`;
  return { status: 307, headers: { location, 'content-length': '0' } };
}

function fileReply(file: PageFile, { headers }: HttpContext, caching: keyof typeof CACHING): Reply {
  const accepted = headerText(headers, 'accept-encoding');
  const coding = PAGE_CODINGS.find((each) => file.coded.has(each) && acceptsEncoding(accepted, each));
  const bytes = (coding && file.coded.get(coding)) ?? file.bytes;
  const etag = `"${file.hash}${coding === undefined ? '' : `-${coding}`}"`;
  const about = {
    ...PAGE_HEADERS,
    'content-security-policy': CONTENT_SECURITY_POLICY,
    'cache-control': CACHING[caching],
    vary: 'Accept-Encoding',
    etag,
  };
  if (isKnown(etag, headerText(headers, 'if-none-match'))) {
    return { status: 304, headers: about };
  }
  const encoding = coding === undefined ? {} : { 'content-encoding': coding };
  const length = String(bytes.length);
  return {
    status: 200,
    headers: { ...about, ...encoding, 'content-type': file.mediaType, 'content-length': length },
    body: streamOf(bytes),
  };
}

/** Compared without regard to weakness, as a proxy that compresses may have marked it (RFC 9110, 13.1.2). */
function isKnown(etag: string, ifNoneMatch: string | undefined): boolean {
  const known = (ifNoneMatch ?? '').split(',').map((each) => each.trim().replace(/^W\//, ''));
  return known.some((each) => each === '*' || each === etag);
}

function streamOf(bytes: Uint8Array<ArrayBuffer>): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      controller.enqueue(bytes);
      controller.close();
    },
  });
}

function notBuilt(route: Pick<RouteRequest, 'ctx'>): Reply {
  const message = 'This gateway was built without its page';
  const recommendedNextAction =
    'Run npm run build in its repository and start it again; /v1/debug answers with the same data until then.';
  return errorReply({ kind: 'not-ready', message, recommendedNextAction, retryable: false }, 503, route);
}

function noSuchFile(route: Pick<RouteRequest, 'ctx'>): Reply {
  const message = 'The page has no such file';
  return errorReply({ kind: 'bad-request', message, recommendedNextAction: 'Load the page anew.' }, 404, route);
}
