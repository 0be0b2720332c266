import { RawJson } from '../../protocol/json/raw-json.ts';

/** What a tool gave, as its caller reads it. */
export interface CallOutput {
  /** Its structured content, else the text of a sole text block, else its content with stand-ins for what is no text. */
  readonly output: RawJson;
  /** The blocks that are no text, as they came: images, audio, resources. */
  readonly blocks: readonly RawJson[];
}

const EMPTY_TEXT = RawJson.of('');
const EMPTY_LIST = RawJson.of([]);

/**
 * Reads the result of a tool. An image, an audio or a blob block stands in the output as `{type, mimeType, bytes,
 * content_index}`, because a model would have to read its base64; the block itself is for the `content` of an MCP answer.
 *
 * @param firstIndex Where the first of the blocks will stand in that `content`.
 */
export function callOutput(result: RawJson, firstIndex: number): CallOutput {
  const structured = result.get('structuredContent');
  const content = result.get('content') ?? EMPTY_LIST;
  const all = elementsOf(content);
  const blocks = all.filter((block) => block.isObject && typeOf(block) !== 'text');
  if (structured !== undefined) {
    return { output: structured, blocks };
  }
  const [only] = all;
  if (all.length === 1 && only !== undefined && only.isObject && blocks.length === 0) {
    return { output: only.get('text') ?? EMPTY_TEXT, blocks };
  }
  return { output: blocks.length === 0 ? asList(content) : withStandIns(all, blocks, firstIndex), blocks };
}

/** Of a list with more elements than are told, none: then it is handed on as it came. */
function elementsOf(content: RawJson): readonly RawJson[] {
  try {
    return content.elements();
  } catch {
    return [];
  }
}

function asList(content: RawJson): RawJson {
  return content.isList ? content : EMPTY_LIST;
}

function withStandIns(all: readonly RawJson[], blocks: readonly RawJson[], firstIndex: number): RawJson {
  const indexes = new Map(blocks.map((block, index) => [block, firstIndex + index]));
  return RawJson.list(
    all.map((block) => {
      const index = indexes.get(block);
      return index === undefined ? block : (standIn(block, index) ?? block);
    }),
  );
}

/** `undefined` for a block without base64: a link, a resource of text, a kind that is not known. */
function standIn(block: RawJson, index: number): RawJson | undefined {
  const resource = block.get('resource');
  const holder = resource?.get('blob') === undefined ? block : resource;
  const data = block.get('data') ?? resource?.get('blob');
  const base64 = data?.value;
  if (typeof base64 !== 'string') {
    return undefined;
  }
  return RawJson.object({
    type: block.get('type'),
    mimeType: holder.get('mimeType'),
    bytes: Buffer.byteLength(base64, 'base64'),
    content_index: index,
  });
}

function typeOf(block: RawJson): unknown {
  return block.get('type')?.value;
}
