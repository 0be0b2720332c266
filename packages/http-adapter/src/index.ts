export { toFetchHandler, toHttpHandler, type BodyLimitOptions } from './context/fetch-conversion.ts';
export {
  headerText,
  type BodyLimit,
  type BodyReading,
  type HttpContext,
  type HttpHandler,
  type HttpHeaders,
  type HttpResponse,
} from './context/http-context.ts';
export { watchBody } from './context/watch-body.ts';
export { compose, type ClientAddress, type FetchHandler, type Middleware } from './fetch/fetch-handler.ts';
