export { parseAccept, type AcceptEntry } from './accept-header.ts';
export { acceptsEncoding, acceptsMediaType, specificityOf } from './acceptance.ts';
export { type ScrapeRequest } from './scrape-request.ts';
