import { findSetting, type Setting } from '../table/setting.ts';
import type { Secret } from '../table/table.ts';
import type { FoundSetting, SettingReader } from './setting-reader.ts';

const RANK = { flag: 0, env: 1, file: 2, default: 3, ignored: 4 } as const;

/** The one of two places that is asked first; of the same rank, the first argument. */
function stronger<A, B>(a: FoundSetting<A> | undefined, b: FoundSetting<B> | undefined): 'a' | 'b' | undefined {
  if (a === undefined) {
    return b === undefined ? undefined : 'b';
  }
  return b === undefined || RANK[a.source] <= RANK[b.source] ? 'a' : 'b';
}

/** Reads the secret at `path`, written as itself or as the file that holds it (`…File`). Both at once, in one place, is an issue. */
export function readSecret(reader: SettingReader, path: string): Secret | undefined {
  const text = textSetting(path);
  const file = textSetting(`${path}File`);
  const foundText = reader.find(text);
  const foundFile = reader.find(file);
  if (foundText !== undefined && foundFile !== undefined && foundText.source === foundFile.source) {
    reader.note({
      variable: foundText.place,
      problem: `both it and ${foundFile.place} are set`,
      expected: 'one of the two',
      fix: `remove ${foundText.place}`,
      severity: text.isGuard ? 'fatal' : 'warning',
    });
  }
  const choice = stronger(foundText, foundFile);
  if (choice === 'a' && foundText !== undefined) {
    reader.settleFound(text.path, foundText, '***');
    return { text: foundText.value };
  }
  if (choice === 'b' && foundFile !== undefined) {
    reader.settleFound(text.path, foundFile, `in the file ${foundFile.value}`);
    return { file: foundFile.value };
  }
  reader.settle(text.path, { source: 'default', text: text.defaultText });
  return undefined;
}

function textSetting(path: string): Setting<string> {
  // oxlint-disable-next-line no-unsafe-type-assertion -- secrets and paths of files are texts
  const setting = findSetting(path) as Setting<string> | undefined;
  if (setting === undefined) {
    throw new TypeError(`no secret stands at ${path}; add its row, and one for its file, to the table`);
  }
  return setting;
}
