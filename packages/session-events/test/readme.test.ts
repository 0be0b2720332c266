import { expect, jest, test } from '@jest/globals';
import { readFileSync } from 'node:fs';

const readText = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');

test('the README shows the example as it runs', () => {
  const [, code = ''] = /\/\/ #region start\n([^]*?)\/\/ #endregion/.exec(readText('readme.examples.mjs')) ?? [];
  expect(readText('../README.md')).toContain(`<!-- example: start -->\n\n\`\`\`js\n${code}\`\`\`\n`);
});

test('the example prints what the README says', async () => {
  const log = jest.spyOn(console, 'log').mockReturnValue();
  const example: string = './readme.examples.mjs';
  await import(example);
  const printed = log.mock.calls.flat();
  log.mockRestore();
  expect(printed).toEqual(['1 info loading scene', '2 info [redacted] refused', 'go on at 2, 0 missed']);
  expect(readText('../README.md')).toContain(printed.join('\n'));
});
