// Links between the documents of the repository lead somewhere, anchors included.
import { describe, expect, test } from '@jest/globals';
import { existsSync, globSync, statSync } from 'node:fs';
import { join, posix } from 'node:path';
import { read, root } from './workspace.ts';

const documents = globSync('**/*.md', {
  cwd: root,
  exclude: (path) => /(?:^|\/)(?:node_modules|dist|\.turbo|\.git)$/.test(path),
}).toSorted();

/** Prose alone: what stands in code is no link. */
const proseOf = (text: string): string => text.replace(/^(```+|~~~+).*?^\1\s*$/gms, '').replace(/`[^`\n]*`/g, '`code`');

/** As GitHub makes an anchor of a heading: lower case, without punctuation, blanks as hyphens. */
function toAnchor(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/[^\p{L}\p{N}\p{M}_\- ]/gu, '')
    .replaceAll(' ', '-');
}

/** A heading that stands twice gets a number. */
function anchorsOf(path: string): ReadonlySet<string> {
  const counts = new Map<string, number>();
  const withoutCode = read(path).replace(/^(```+|~~~+).*?^\1\s*$/gms, '');
  const anchors = [...withoutCode.matchAll(/^#{1,6} (.+?)(?: #+)?$/gm)].map(([, heading]) => {
    const anchor = toAnchor(heading!);
    const count = counts.get(anchor) ?? 0;
    counts.set(anchor, count + 1);
    return count === 0 ? anchor : `${anchor}-${count}`;
  });
  return new Set(anchors);
}

function linksOf(path: string): readonly string[] {
  const prose = proseOf(read(path));
  const inline = [...prose.matchAll(/\]\(<?([^)\s>]+)>?(?:\s+"[^"]*")?\)/g)].map(([, target]) => target!);
  const defined = [...prose.matchAll(/^\[[^\]]+\]:\s*(\S+)/gm)].map(([, target]) => target!);
  return [...inline, ...defined].filter((target) => !/^(?:https?:|mailto:)/.test(target));
}

function isThere(from: string, link: string): boolean {
  const [place = '', anchor] = link.split('#', 2);
  const path = place === '' ? from : posix.join(posix.dirname(from), decodeURIComponent(place));
  if (!existsSync(join(root, path))) {
    return false;
  }
  const isDocument = path.endsWith('.md') && statSync(join(root, path)).isFile();
  return anchor === undefined || (isDocument && anchorsOf(path).has(anchor.toLowerCase()));
}

const linking = documents.filter((path) => linksOf(path).length > 0);

describe.each(linking)('%s', (path) => {
  test('links only to what is there', () => {
    expect(linksOf(path).filter((link) => !isThere(path, link))).toEqual([]);
  });
});

test('every document of docs/ is reached from docs/README.md', () => {
  const linked = new Set(linksOf('docs/README.md').map((link) => posix.join('docs', link.split('#', 1)[0]!)));
  const pages = documents.filter((path) => path.startsWith('docs/') && path !== 'docs/README.md');
  expect(pages.filter((path) => !linked.has(path))).toEqual([]);
});
