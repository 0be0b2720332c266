import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';

const FRAME = /(file:\/\/\S+?\.js):(\d+):(\d+)/g;

/**
 * A stack with the files and lines of the sources where it names those of a bundle, whose map lies beside it. Node does the
 * same with `--enable-source-maps`, and reads every map at the start for it.
 */
export function originalStack(stack: string): string {
  const maps = new Map<string, SourceMap | undefined>();
  return stack.replace(FRAME, (frame: string, url: string, ...place: string[]) => {
    if (!maps.has(url)) {
      maps.set(url, readMap(url));
    }
    const [line = 1, column = 1] = place.map(Number);
    // Both count from 0 there, and from 1 in a stack.
    const entry = maps.get(url)?.findEntry(line - 1, column - 1);
    return entry !== undefined && 'originalSource' in entry
      ? `${entry.originalSource.replace(/^(\.\.\/)+/, '')}:${entry.originalLine + 1}:${entry.originalColumn + 1}`
      : frame;
  });
}

function readMap(url: string): SourceMap | undefined {
  try {
    return new SourceMap(JSON.parse(readFileSync(new URL(`${url}.map`), 'utf8')));
  } catch {
    return undefined;
  }
}
