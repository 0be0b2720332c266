// A document as its reader meets it: what can be typed or copied, in reading order, with the words around it.

/** Something that a reader types, copies or compares. */
export interface Block {
  /** Path of the document in the repository. */
  readonly file: string;
  /** Line of the document, from 1. */
  readonly line: number;
  /** A code block, a row of a table that holds code, or code inside a sentence. */
  readonly kind: 'fence' | 'row' | 'inline';
  /** First word behind the fence, `''` without one. */
  readonly language: string;
  /** The code; for a row the codes of its cells, one a line. */
  readonly text: string;
  /** The paragraph right above a code block, `''` when something else stands above it. */
  readonly before: string;
  /** What `<!-- newcomer: … -->` above it says. */
  readonly mark: string | undefined;
}

const FENCE = /^(\s*)(`{3,}|~{3,})\s*(\S*)/;
const MARK = /^\s*<!-- newcomer: (.+?) -->\s*$/;
const CODE = /`([^`]+)`/g;

const codesIn = (text: string): readonly string[] => [...text.matchAll(CODE)].map(([, code]) => code ?? '');

/** Reads a document line by line; what it holds open is the fence, the paragraph and the mark. */
class Reader {
  readonly blocks: Block[] = [];
  readonly #file: string;
  #paragraph: { readonly line: number; readonly lines: string[] } = { line: 0, lines: [] };
  #before = '';
  #mark: string | undefined;
  #fence: { readonly line: number; readonly end: string; readonly language: string; lines: string[] } | undefined;
  #inTable = false;

  constructor(file: string) {
    this.#file = file;
  }

  read(line: string, number: number): void {
    if (this.#fence !== undefined) {
      this.#inFence(line);
      return;
    }
    const fence = FENCE.exec(line);
    const mark = MARK.exec(line)?.[1];
    if (fence !== null) {
      this.#endParagraph();
      this.#fence = { line: number, end: fence[2] ?? '', language: fence[3] ?? '', lines: [] };
    } else if (mark !== undefined) {
      this.#endParagraph();
      this.#mark = mark;
    } else if (line.startsWith('|')) {
      this.#endParagraph();
      this.#row(line, number);
    } else {
      this.#words(line, number);
    }
  }

  end(): readonly Block[] {
    this.#endParagraph();
    return this.blocks;
  }

  #inFence(line: string): void {
    const fence = this.#fence;
    if (fence === undefined) {
      return;
    }
    if (!line.trim().startsWith(fence.end)) {
      fence.lines.push(line);
      return;
    }
    this.#add('fence', fence.line, { language: fence.language, text: fence.lines.join('\n') });
    this.#fence = undefined;
    this.#before = '';
    this.#mark = undefined;
  }

  #row(line: string, number: number): void {
    this.#inTable = true;
    const codes = codesIn(line.replaceAll('\\|', '|'));
    if (codes.length > 0) {
      this.#add('row', number, { language: '', text: codes.join('\n') });
    }
  }

  #words(line: string, number: number): void {
    const isGap = line.trim() === '' || line.startsWith('#') || line.startsWith('<!--');
    if (this.#inTable) {
      this.#inTable = false;
      this.#mark = undefined;
    }
    if (isGap) {
      this.#endParagraph();
      this.#before = line.startsWith('#') ? '' : this.#before;
      return;
    }
    if (this.#paragraph.lines.length === 0) {
      this.#paragraph = { line: number, lines: [] };
    }
    this.#paragraph.lines.push(line);
  }

  #endParagraph(): void {
    const { line, lines } = this.#paragraph;
    if (lines.length === 0) {
      return;
    }
    this.#before = lines.join('\n');
    lines.forEach((text, index) => {
      for (const code of codesIn(text)) {
        this.#add('inline', line + index, { language: '', text: code });
      }
    });
    this.#mark = undefined;
    this.#paragraph = { line: 0, lines: [] };
  }

  #add(kind: Block['kind'], line: number, { language, text }: { language: string; text: string }): void {
    const before = kind === 'fence' ? this.#before : '';
    this.blocks.push({ file: this.#file, line, kind, language, text, before, mark: this.#mark });
  }
}

/** Everything in `markdown` that a reader may type, copy or compare, in reading order. */
export function readBlocks(file: string, markdown: string): readonly Block[] {
  const reader = new Reader(file);
  markdown.split('\n').forEach((line, index) => {
    reader.read(line, index + 1);
  });
  return reader.end();
}
