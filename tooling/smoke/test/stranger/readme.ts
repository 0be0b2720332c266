// Reads a README the way a stranger does: an install line, an example, what to type, what appears.

export interface CodeBlock {
  readonly language: string;
  readonly code: string;
  /** The last line of text before it. */
  readonly caption: string;
}

const BLOCK = /^```(\w*)\n([^]*?)^```$/gm;

/** Every fenced block, in order. */
export function codeBlocks(markdown: string): readonly CodeBlock[] {
  return [...markdown.matchAll(BLOCK)].map(({ 1: language = '', 2: code = '', index }) => ({
    language,
    code,
    caption: captionBefore(markdown.slice(0, index)),
  }));
}

function captionBefore(text: string): string {
  const lines = text.trimEnd().split('\n');
  const last = lines.findLast((line) => line !== '' && !line.startsWith('<!--'));
  return last?.startsWith('```') === true ? '' : (last ?? '');
}

/** What stands below the heading `## title`. */
export function section(markdown: string, title: string): string {
  const [, text = ''] = markdown.split(new RegExp(`^## ${title}$`, 'm'));
  const end = text.search(/^## /m);
  return end === -1 ? text : text.slice(0, end);
}

/** The packages that the install line names, with their versions where it has some: `@opentelemetry/api@1.10.0`. */
export function installedBy(markdown: string): readonly string[] {
  const [, line = ''] = /^```sh\nnpm install ([^]*?)^```$/m.exec(section(markdown, 'Install')) ?? [];
  return line.split(/[\s\\]+/).filter((word) => word !== '');
}

export const withoutVersion = (spec: string): string => /^@?[^@]+/.exec(spec)?.[0] ?? spec;

/** Where the example stands in the repository: `examples/readme/bounds.mjs`. */
export function examplePath(markdown: string): string {
  return /<!-- example: (\S+) -->/.exec(markdown)?.[1] ?? '';
}

/** The packages that a program imports. */
export function importsOf(code: string): readonly string[] {
  const specifiers = [...code.matchAll(/^(?:import|\} from) .*?'([^']+)';$/gm)].map(([, specifier = '']) => specifier);
  const names = specifiers.map((specifier) => /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier);
  return [...new Set(names.filter((name) => !name.startsWith('node:')))];
}
