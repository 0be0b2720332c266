// A package page on the registry leads back to the source, to its README and to where to ask.
import { describe, expect, test } from '@jest/globals';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { publicPackages, read, root } from './workspace.ts';

const { homepage, bugs, author, repository } = JSON.parse(read('package.json')) as {
  homepage: string;
  bugs: string;
  author: string;
  repository: { type: string; url: string };
};

describe.each(publicPackages)('$name', ({ folder, manifest }) => {
  test('its manifest says where it comes from, whose it is and what it is about', () => {
    expect(manifest).toMatchObject({
      license: 'MIT',
      author,
      bugs,
      homepage: `${homepage.replace('#readme', '')}/tree/main/${folder}#readme`,
      repository: { ...repository, directory: folder },
      keywords: expect.arrayContaining([expect.any(String)]),
      description: expect.any(String),
    });
  });

  test('it brings its licence', () => {
    expect(existsSync(join(root, folder, 'LICENSE'))).toBe(true);
  });
});
