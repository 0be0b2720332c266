// What stands in the repository is what the tables give today.
import { describe, expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { generate } from '../src/files.ts';

const root = join(import.meta.dirname, '../../..');
const files = generate();

test.each(files)('$path is as it is generated; else: pnpm --filter @dcc-mcp/monitoring generate', ({ path, text }) => {
  expect(readFileSync(join(root, path), 'utf8')).toBe(text);
});

test('no dashboard stands beside the generated ones', () => {
  const generated = files.filter(({ path }) => path.endsWith('.json')).map(({ path }) => path.split('/').at(-1)!);
  expect(readdirSync(join(root, 'monitoring/grafana')).filter((name) => name.endsWith('.json'))).toEqual(
    generated.toSorted(),
  );
});

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly expr: string; readonly datasource: { readonly uid: string } }[];
  readonly fieldConfig?: { readonly defaults: { readonly unit?: string; readonly noValue?: string } };
}

interface Dashboard {
  readonly uid: string;
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly name: string }[] };
}

const boards = files
  .filter(({ path }) => path.startsWith('monitoring/grafana/'))
  .map(({ path, text }) => [path, JSON.parse(text) as Dashboard, text] as const);
const drawn = ({ panels }: Dashboard): readonly Panel[] => panels.filter(({ type }) => type !== 'row');

describe.each(boards)('%s', (_, board, text) => {
  test('every panel has a question, a unit, and words for when there is nothing', () => {
    const bare = drawn(board).filter(
      ({ description, fieldConfig }) =>
        !description?.includes('?') || !fieldConfig?.defaults.unit || !fieldConfig.defaults.noValue,
    );
    expect(bare.map(({ title }) => title)).toEqual([]);
  });

  test('panels lie in 24 columns, none over another', () => {
    const taken = new Set<string>();
    for (const { title, gridPos } of board.panels) {
      expect([title, gridPos.x + gridPos.w <= 24]).toEqual([title, true]);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
          expect([title, taken.has(`${x} ${y}`)]).toEqual([title, false]);
          taken.add(`${x} ${y}`);
        }
      }
    }
    expect(new Set(board.panels.map(({ id }) => id)).size).toBe(board.panels.length);
  });

  test('every data source is the variable, every rate over the interval that fits the screen', () => {
    const targets = drawn(board).flatMap((panel) => panel.targets ?? []);
    expect(targets.length).toBeGreaterThan(0);
    expect([...new Set(targets.map(({ datasource }) => datasource.uid))]).toEqual(['${datasource}']);
    const ranges = targets.flatMap(({ expr }) => [...expr.matchAll(/\[([^\]]+)\]/g)].map(([, range]) => range));
    expect([...new Set(ranges)]).toEqual(['$__rate_interval']);
  });

  test('every variable it uses is declared', () => {
    const own = new Set([
      ...board.templating.list.map(({ name }) => name),
      '__rate_interval',
      '__from',
      '__to',
      '__field',
      '__data',
    ]);
    const used = [...text.matchAll(/\$\{?(\w+)/g)].map(([, name]) => name!);
    expect(used.filter((name) => !own.has(name) && name !== '__all')).toEqual([]);
  });
});
