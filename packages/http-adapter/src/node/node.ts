export { BodyTooLargeError } from './body.ts';
export { toNodeHandler, type NodeHandler, type NodeHandlerOptions } from './handler.ts';
export { measureNodeRequests, type MeasureNodeOptions, type NodeMeasure } from './measure-requests.ts';
export { serve, serveHttp, type ServedHttp, type ServeHttpOptions, type ServeOptions } from './server.ts';
