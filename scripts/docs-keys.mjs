// Puts the keys of the admin page into its guides, from the table that drives them; with --check only says which are stale.
//   node --conditions=@dcc-mcp/source scripts/docs-keys.mjs [--check]
import { readFileSync, writeFileSync } from 'node:fs';
import { KEYS } from '../apps/admin-ui/src/shell/keys.ts';
import { PANELS } from '../apps/admin-ui/src/shell/panels.ts';
import { en } from '../apps/admin-ui/src/text/en/en.ts';
import { zhCn } from '../apps/admin-ui/src/text/zh-cn/zh-cn.ts';
import { table } from './lib/pages.mjs';

const GUIDES = [
  { path: 'docs/guides/admin-page.md', texts: en, head: ['key', 'does'] },
  { path: 'docs/zh-CN/admin-page.md', texts: zhCn, head: ['按键', '作用'] },
];
const MARK = /(<!-- keys -->).*?(<!-- \/keys -->)/s;
const SHOWN = { ArrowDown: '↓', ArrowUp: '↑', ArrowLeft: '←', ArrowRight: '→', Escape: 'Esc', ContextMenu: '☰' };

function rows(texts) {
  const actions = KEYS.map(({ keys, label }) => [
    keys.map((key) => `\`${SHOWN[key] ?? key}\``).join(' '),
    texts[label],
  ]);
  const panels = PANELS.map(({ key, label }) => [
    `\`g\` \`${key}\``,
    texts['keys.panel'].replace('{panel}', texts[label]),
  ]);
  return [...actions, ...panels];
}

/** The formatter lays tables out; that makes no page stale. */
const plain = (text) => text.replaceAll(/ {2,}/g, ' ').replaceAll(/-{3,}/g, '---');

for (const { path, texts, head } of GUIDES) {
  const file = new URL(`../${path}`, import.meta.url);
  const text = readFileSync(file, 'utf8');
  const now = text.replace(MARK, (_, begin, end) => `${begin}\n\n${table(head, rows(texts))}\n\n${end}`);
  if (plain(now) === plain(text)) {
    continue;
  }
  if (process.argv.includes('--check')) {
    console.error(`${path} is stale: run node --conditions=@dcc-mcp/source scripts/docs-keys.mjs and npm run format`);
    process.exitCode = 1;
  } else {
    writeFileSync(file, now);
  }
}
