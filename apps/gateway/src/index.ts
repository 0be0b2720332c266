export { createGateway, type CreateGatewayOptions, type RunningGateway } from './run-gateway.ts';
