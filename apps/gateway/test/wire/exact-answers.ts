// An upstream that writes its messages by hand: what it answers, and what it was sent, can be compared byte by byte.

/** Numbers that a double does not hold or writes otherwise, keys that are no names, keys that stand twice, white space. */
export const EXACT: string =
  '{ "id":725653563933458432,"price":1.10,"huge":1e400,"exponent":1E5,"zero":-0,"long":0.1000000000000000055, "10":1,"9":2,"twice":1,"twice":{"deep":[1.0,  9007199254740993]} }';

/** A result with blocks of every kind. */
const MEDIA =
  '{"content":[{"type":"text","text":"two"},{"type":"image","data":"AAECAwQ=","mimeType":"image/png","n":1.10},{"type":"audio","data":"AAE=","mimeType":"audio/wav"},{"type":"text","text":"more"},{"type":"resource","resource":{"uri":"a://b","mimeType":"model/gltf","blob":"AAEC"}},{"type":"resource_link","uri":"a://c","name":"c","size":1.0}]}';

/** More than is written as a text, in characters of one, two, three and four bytes, with escapes. */
export const LONG = `{"content":[{"type":"text","text":"${'a größe 中 🎈 \\n \\u00e9'.repeat(5_000)}"}],"n":1.10}`;

const DEEP = `{"structuredContent":${'['.repeat(50_000)}${']'.repeat(50_000)}}`;
const DONE = '{"structuredContent":"done","content":[]}';
const ERROR = '{"code":-32000,"message":"refused by hand","data":{"at":1}}';

/** Unusual answers, by the tool that gives them. */
export const ODD_ANSWERS: Readonly<Record<string, (id: number) => string>> = {
  'a result beside an error that is null': (id) => `{"jsonrpc":"2.0","id":${id},"result":${DONE},"error":null}`,
  'an error beside a result that is null': (id) => `{"jsonrpc":"2.0","id":${id},"result":null,"error":${ERROR}}`,
  'its id as a string': (id) => `{"jsonrpc":"2.0","id":"${id}","result":${DONE}}`,
  'its id with a fraction of nothing': (id) => `{"jsonrpc":"2.0","id":${id}.0,"result":${DONE}}`,
  'a byte order mark first': (id) => `\ufeff{"jsonrpc":"2.0","id":${id},"result":${DONE}}`,
  'white space around': (id) => ` \t{ "result":${DONE} , "id" : ${id} , "jsonrpc":"2.0" } `,
  'a list of one answer': (id) => `[{"jsonrpc":"2.0","id":${id},"result":${DONE}}]`,
  'no version': (id) => `{"id":${id},"result":${DONE}}`,
  'neither result nor error': (id) => `{"jsonrpc":"2.0","id":${id},"result":null,"error":null}`,
  'nesting without end': (id) => `{"jsonrpc":"2.0","result":${DEEP},"id":${id}}`,
  'nesting without end, broken off': (id) => `{"jsonrpc":"2.0","id":${id},"result":${'{"a":'.repeat(50_000)}`,
};

/** Results that are no `CallToolResult`, by the tool that gives them. */
export const BAD_RESULTS: Readonly<Record<string, string>> = {
  'content-number': '{"content":5}',
  'content-text': '{"content":"done"}',
  'content-block': '{"content":{"type":"text","text":"done"}}',
  'content-flag': '{"structuredContent":{"a":1.0},"content":false}',
  'content-complete': '{"resultType":"complete","content":{}}',
};

/** Results that have less or more than a `CallToolResult`, by the tool that gives them. */
export const LOOSE_RESULTS: Readonly<Record<string, string>> = {
  'loose-bare': '{ }',
  'loose-null': '{"content":null,"structuredContent":{"a":1.0}}',
  'loose-structured': '{"structuredContent":{"a":1.0}}',
  'loose-extra': '{"content":[] ,"also":{"n":1.10}}',
  'loose-blocks': '{"content":[{"kind":"new","n":1.10},5]}',
  'loose-failure': '{"content":5,"isError":true}',
};

const ODD_RESULTS: typeof LOOSE_RESULTS = { ...BAD_RESULTS, ...LOOSE_RESULTS };
const ODD_NAMES = [ODD_ANSWERS, ODD_RESULTS].flatMap(Object.keys);
const NAMES = ['exact', 'media', 'long', 'slow', 'progress', 'failing', 'chatty', ...ODD_NAMES];
/** A schema as servers of other languages write it, whose numbers have 64 bits. */
export const EXACT_SCHEMA: string =
  '{"type":"object","properties":{"2":{"maximum":9223372036854775807},"1":{"default":1.10}}}';
const PLAIN_TOOLS = NAMES.map((name) => JSON.stringify({ name, inputSchema: { type: 'object' } }));
const TOOLS = `[${PLAIN_TOOLS.join(',')},{"inputSchema":${EXACT_SCHEMA} ,"name":"wide"}]`;
const FACTS = '"capabilities":{"tools":{},"prompts":{}},"serverInfo":{"name":"exact","version":"1"}';

/** What is read of a message that was sent. */
export interface SentMessage {
  readonly id?: number;
  readonly method: string;
  readonly params?: Readonly<Record<string, unknown>>;
}

/** The answer to one message, and what comes before it, each written by hand; none for a notification. */
export function answersTo(sent: string, era: 'legacy' | 'modern'): readonly string[] {
  const { id, method, params } = JSON.parse(sent) as SentMessage;
  if (id === undefined) {
    return [];
  }
  if (method !== 'tools/call') {
    const result = method === 'prompts/get' ? exactResult(sent) : resultOf(method, era);
    return [
      result === undefined
        ? `{"jsonrpc":"2.0","id":${id},"error":{"code":-32601,"message":"Method not found"}}`
        : `{"jsonrpc":"2.0","id":${id},"result":${result}}`,
    ];
  }
  const name = String(params?.['name']);
  const odd = ODD_ANSWERS[name];
  if (odd !== undefined) {
    return [odd(id)];
  }
  switch (name) {
    case 'slow':
      return [];
    case 'progress':
      return [
        `{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"${String(tokenOf(params))}","progress":1}}`,
        `{"jsonrpc":"2.0","id":${id},"result":${DONE}}`,
      ];
    case 'chatty':
      return [
        `{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":${DEEP}}}`,
        `{"jsonrpc":"2.0","id":"q","method":"elicitation/create","params":${DEEP}}`,
        `{"jsonrpc":"2.0","id":${id},"result":${DONE}}`,
      ];
    case 'failing':
      return [`{"jsonrpc":"2.0","id":${id},"error":{"code":-32050,"message":"no","data":${EXACT}}}`];
    case 'long':
      return [`{"jsonrpc":"2.0","id":${id},"result":${LONG}}`];
    case 'media':
      return [`{"jsonrpc":"2.0","id":${id},"result":${MEDIA}}`];
    default:
      return [`{"jsonrpc":"2.0","id":${id},"result":${ODD_RESULTS[name] ?? exactResult(sent)}}`];
  }
}

function tokenOf(params: SentMessage['params']): unknown {
  const meta = params?.['_meta'] as { readonly progressToken?: unknown } | undefined;
  return meta?.progressToken;
}

/** It holds the message that was sent, as base64. */
function exactResult(sent: string): string {
  const seen = Buffer.from(sent).toString('base64');
  return `{"structuredContent":{"exact":${EXACT},"seen":"${seen}"} ,"content":[{"type":"text","text":"","annotations":{"priority":1.0}}],"_meta":{"n":1.10}}`;
}

function resultOf(method: string, era: 'legacy' | 'modern'): string | undefined {
  switch (method) {
    case 'initialize':
      return era === 'modern' ? undefined : `{"protocolVersion":"2025-11-25",${FACTS}}`;
    case 'server/discover':
      return era === 'modern' ? `{"supportedVersions":["2026-07-28"],${FACTS},"resultType":"complete"}` : undefined;
    case 'prompts/list':
      return '{"prompts":[{"name":"exact","size":1.10}]}';
    case 'tools/list':
      return `{"tools":${TOOLS}}`;
    default:
      return method === 'ping' ? '{}' : undefined;
  }
}
