// Copies the files that READMEs name (`<!-- example: examples/readme/bounds.mjs -->`) into the block below the name.
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const SHOWN = /(<!-- example: (\S+) -->\n\n```js\n)[^]*?(?=^```$)/gm;

for (const path of globSync(['packages/*/README.md', 'apps/*/README.md'], { cwd: root })) {
  const before = readFileSync(root + path, 'utf8');
  const after = before.replace(SHOWN, (_all, head, file) => head + readFileSync(root + file, 'utf8'));
  if (after !== before) {
    writeFileSync(root + path, after);
    console.log(path);
  }
}
