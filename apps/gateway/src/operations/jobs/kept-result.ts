import { truncateUtf8 } from '@dcc-mcp/bounds';
import type { KeptResult, TaskEnd } from '../../jobs/job-record.ts';
import type { JsonRpcError } from '../../protocol/json-rpc.ts';
import { RawJson } from '../../protocol/json/raw-json.ts';

/** Bytes of a result that is kept as it is. */
const MAX_RESULT_BYTES = 1024 * 1024;
/** Bytes of an error's data. */
const MAX_DATA_BYTES = 16 * 1024;

/** What a client of the tasks extension is answered: what its call would have been, or the error of the protocol. */
export type TaskAnswer = { readonly result: RawJson } | { readonly error: JsonRpcError };

/** The body of a call. Of one that is too large the output is the beginning of its JSON, as a text. */
export function keepBody(body: RawJson): KeptResult {
  const size = Buffer.byteLength(body.text);
  if (size <= MAX_RESULT_BYTES) {
    return { text: body.text };
  }
  const output = body.get('output')?.text ?? '';
  return cut(size, output, (text) =>
    body.with({ output: JSON.stringify(text), truncated: 'true', original_size: String(size) }),
  );
}

/** The answer to a client of the tasks extension, within the same bounds. */
export function keepTaskEnd(answer: TaskAnswer): TaskEnd {
  if ('result' in answer) {
    return { result: keepToolResult(answer.result) };
  }
  const { code, message, data } = answer.error;
  const text = data instanceof RawJson ? data.text : JSON.stringify(data);
  const isKept = text !== undefined && Buffer.byteLength(text) <= MAX_DATA_BYTES;
  return { error: { code, message, ...(isKept ? { data: text } : {}) } };
}

function keepToolResult(result: RawJson): KeptResult {
  const size = Buffer.byteLength(result.text);
  if (size <= MAX_RESULT_BYTES) {
    return { text: result.text };
  }
  const content = (result.get('structuredContent') ?? result.get('content'))?.text ?? '';
  return cut(size, content, (text) =>
    RawJson.object({
      content: [{ type: 'text', text }],
      isError: result.get('isError'),
      _meta: { dcc: { truncated: true, original_size: size } },
    }),
  );
}

/** JSON within JSON is longer than itself, by how much depends on its quotes. */
function cut(originalSize: number, whole: string, wrap: (text: string) => RawJson): KeptResult {
  for (let bytes = MAX_RESULT_BYTES; bytes > 0; bytes = Math.floor(bytes / 2)) {
    const { text } = wrap(truncateUtf8(whole, bytes).text);
    if (Buffer.byteLength(text) <= MAX_RESULT_BYTES) {
      return { text, originalSize };
    }
  }
  return { text: wrap('').text, originalSize };
}
