import { expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';

test('the first example of the README is the one that is type-checked', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const example = readFileSync(new URL('readme.examples.ts', import.meta.url), 'utf8');
  expect(readme).toContain(`\`\`\`ts\n${example}\`\`\`\n`);
});
