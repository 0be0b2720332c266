export { BodyTooLargeError } from './bodies/body.ts';
export { toNodeHandler, type NodeHandler, type NodeHandlerOptions } from './handler.ts';
export { measureNodeRequests, type MeasureNodeOptions, type NodeMeasure } from './measure-requests.ts';
export {
  serve,
  serveConnections,
  type ServeConnectionsOptions,
  type ServedConnections,
  serveHttp,
  type ServedHttp,
  type ServeHttpOptions,
  type ServeOptions,
} from './server.ts';
