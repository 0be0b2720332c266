export { createGateway, type CreateGatewayOptions } from './create-gateway.ts';
export { type RunningGateway } from './run-gateway.ts';
