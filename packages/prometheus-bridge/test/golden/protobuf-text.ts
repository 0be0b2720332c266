import type { DecodedMessage } from '@dcc-mcp/test-kit/metric-family-decode';

/** Writes a decoded message as `protoc --decode` does, but with numbers as JavaScript writes them. */
export function toProtobufText(message: DecodedMessage, indent = ''): string {
  return Object.entries(message)
    .flatMap(([field, value]) =>
      Array.isArray(value) ? value.map((item) => [field, item] as const) : [[field, value]],
    )
    .map(([field, value]) => toFieldText(String(field), value, indent))
    .join('');
}

function toFieldText(field: string, value: unknown, indent: string): string {
  if (typeof value === 'object' && value !== null) {
    return `${indent}${field} {\n${toProtobufText({ ...value }, `${indent}  `)}${indent}}\n`;
  }
  const isText = typeof value === 'string' && !/^[A-Z_]+$/.test(value);
  return `${indent}${field}: ${isText ? JSON.stringify(value) : Object.is(value, -0) ? '-0' : String(value)}\n`;
}
