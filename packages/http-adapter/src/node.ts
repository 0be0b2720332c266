export { toNodeHandler, type NodeHandler, type NodeHandlerOptions } from './node-handler.ts';
export { BodyTooLargeError } from './node-request.ts';
export { measureNodeRequests, type MeasureNodeOptions, type NodeMeasure } from './node-request-metrics.ts';
export { serve, type ServedHttp, type ServeOptions } from './node-server.ts';
