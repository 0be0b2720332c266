import type { RequestHeaders } from '@dcc-mcp/request-context';

/** The first value of a header; `undefined` when it is absent. @param name In lower case. */
export function headerText(headers: RequestHeaders, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : value?.[0];
}
