import { accepted, type Kind, type Parsed } from './kind.ts';
import { httpUrl } from './scalar-kinds.ts';

/** `host:port` as gRPC takes it. */
const GRPC_TARGET = /^(?:\[[0-9a-f:.]+\]|[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?):\d{1,5}$/i;

/** True for an endpoint without a scheme that only gRPC can use. */
export function isGrpcTarget(endpoint: string): boolean {
  return GRPC_TARGET.test(endpoint);
}

/** An http or https URL, or `host:port` (which holds only together with the protocol grpc; the reader judges that). */
export function otlpEndpoint(): Kind<string> {
  const url = httpUrl();
  const parse = (text: string): Parsed<string> => (isGrpcTarget(text) ? accepted(text) : url.parse(text));
  return {
    ...url,
    parse,
    fromJson: (value) => (typeof value === 'string' ? parse(value.trim()) : url.fromJson(value)),
  };
}
