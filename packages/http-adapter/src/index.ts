export { compose, type ClientAddress, type FetchHandler, type Middleware } from './fetch-handler.ts';
