// What a gateway keeps for itself: nobody else may read it, and it is whole at every moment.
import { afterEach, describe, expect, test } from '@jest/globals';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stateFolderOf } from '../../src/config/load/state-folder-of.ts';
import { readGatewayConfig } from '../../src/config/reader/read-gateway-config.ts';
import { StateFolder } from '../../src/files/state-folder.ts';

const places: string[] = [];
function newPlace(): string {
  const place = mkdtempSync(join(tmpdir(), 'state-'));
  places.push(place);
  return place;
}
afterEach(() => places.splice(0).forEach((place) => rmSync(place, { recursive: true, force: true })));

const modeOf = (path: string): number => statSync(path).mode & 0o777;

describe('StateFolder', () => {
  test('makes itself and deeper folders 0700, and files 0600', async () => {
    const folder = new StateFolder(join(newPlace(), 'above', 'dcc-mcp'));
    await folder.write('oauth/maya.json', '{}');
    expect(modeOf(folder.path)).toBe(0o700);
    expect(modeOf(join(folder.path, 'oauth'))).toBe(0o700);
    expect(modeOf(join(folder.path, 'oauth', 'maya.json'))).toBe(0o600);
  });

  test('gives back what was written, and leaves nothing else behind', async () => {
    const folder = new StateFolder(newPlace());
    await folder.write('a.json', 'one');
    await folder.write('a.json', 'twö');
    expect(await folder.read('a.json')).toEqual({ ok: true, text: 'twö' });
    expect(readdirSync(folder.path)).toEqual(['a.json']);
  });

  test('is never seen half written, by however many writers', async () => {
    const folder = new StateFolder(newPlace());
    const texts = Array.from({ length: 8 }, (_, index) => String(index).repeat(100_000));
    const writes = Promise.all(texts.map((text) => folder.write('a', text)));
    const isOver = writes.then(() => true);
    for (let over = false; !over; over = await Promise.race([isOver, Promise.resolve(false)])) {
      const seen = await folder.read('a');
      expect(seen.ok ? texts.includes(seen.text) : seen.isMissing).toBe(true);
      await new Promise(setImmediate);
    }
    expect(readdirSync(folder.path)).toEqual(['a']);
  });

  test('says that a file is missing, apart from every other reason', async () => {
    const folder = new StateFolder(join(newPlace(), 'not-made'));
    expect(await folder.read('a')).toMatchObject({ ok: false, isMissing: true });
    const place = newPlace();
    mkdirSync(join(place, 'a'));
    writeFileSync(join(place, 'b'), Buffer.from([0xff, 0xfe]));
    const other = new StateFolder(place);
    expect(await other.read('a')).toEqual({ ok: false, isMissing: false, problem: `${join(place, 'a')} is no file` });
    expect(await other.read('b')).toMatchObject({
      isMissing: false,
      problem: expect.stringContaining('it is not UTF-8'),
    });
  });

  test('says what to do when it can’t be written, and keeps what was there', async () => {
    const place = newPlace();
    writeFileSync(join(place, 'file'), 'x');
    const error = await new StateFolder(join(place, 'file')).write('a', '1').catch((thrown: unknown) => thrown);
    expect(String(error)).toMatch(/StateFolderError: .*can't be written \(ENOTDIR\); let DCC_MCP_STATE_DIR name/);
    expect(readFileSync(join(place, 'file'), 'utf8')).toBe('x');
  });

  test.each(['../a', 'b/../../a', '/etc/passwd', '.', ''])('has no file of the name "%s"', (name) => {
    expect(() => new StateFolder('/s').fileOf(name)).toThrow(RangeError);
  });

  test('leaves the mode of a folder that was there', async () => {
    const place = newPlace();
    chmodSync(place, 0o750);
    await new StateFolder(place).write('a', '1');
    expect(modeOf(place)).toBe(0o750);
  });

  test('moves a file aside, and removes one', async () => {
    const folder = new StateFolder(newPlace());
    expect(await folder.moveAside('a', 'a.old')).toBe(false);
    await folder.write('a', '1');
    expect(await folder.moveAside('a', 'a.old')).toBe(true);
    await folder.remove('a.old');
    await folder.remove('a.old');
    expect(readdirSync(folder.path)).toEqual([]);
  });
});

const pathOf = (env: Readonly<Record<string, string>>): string | undefined =>
  stateFolderOf(readGatewayConfig(env).values, env)?.path;

describe('stateFolderOf', () => {
  test.each([
    [{ DCC_MCP_STATE_DIR: '/own', XDG_STATE_HOME: '/xdg', HOME: '/home/ada' }, '/own'],
    [{ XDG_STATE_HOME: '/xdg', HOME: '/home/ada' }, '/xdg/dcc-mcp'],
    [{ XDG_STATE_HOME: 'relative', HOME: '/home/ada' }, '/home/ada/.local/state/dcc-mcp'],
    [{ XDG_STATE_HOME: '', USERPROFILE: '/users/ada' }, '/users/ada/.local/state/dcc-mcp'],
    [{ HOME: 'relative' }, undefined],
    [{}, undefined],
  ])('%j', (env, path) => {
    expect(pathOf(env)).toBe(path);
  });
});
