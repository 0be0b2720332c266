// Every package explains itself the same way.
import { describe, expect, test } from '@jest/globals';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { publicPackages, read, root } from './workspace.ts';

describe.each(publicPackages)('$name', ({ folder, manifest }) => {
  const readme = read(`${folder}/README.md`);

  test('its README begins with its name', () => {
    expect(readme.split('\n')[0]).toBe(`# ${manifest.name}`);
  });

  test.each(['Install', 'Errors', 'Related'])('its README has a section %s', (section) => {
    expect(readme).toMatch(new RegExp(`^## ${section}\\b`, 'm'));
  });

  test('links in its README lead somewhere', () => {
    const links = [...readme.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, path]) => path!);
    expect(links.filter((path) => !existsSync(join(root, folder, path)))).toEqual([]);
  });
});
