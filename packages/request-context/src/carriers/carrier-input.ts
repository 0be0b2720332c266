/** HTTP headers with lower-cased names: the shape of Node's `IncomingHttpHeaders`. */
export type RequestHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** The first value of a header; `undefined` when it is absent. */
export function readHeader(headers: RequestHeaders, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' || value === undefined ? value : value[0];
}

/** True for a JSON object: neither null nor a list. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
