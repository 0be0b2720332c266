import { type WithoutUndefined, withoutUndefined } from '../../protocol/json/without-undefined.ts';
import { findSetting, SETTINGS } from '../table/setting.ts';
import type { Section } from '../table/table.ts';
import { readSecret } from './read-secret.ts';
import type { SettingReader } from './setting-reader.ts';

/** Keys that are read in their own way; one that gives `undefined` is absent. */
type OwnWays = Readonly<Record<string, () => unknown>>;

type Values<Ways extends OwnWays> = WithoutUndefined<{ readonly [Key in keyof Ways]: ReturnType<Ways[Key]> }>;

/**
 * Reads the keys of a section in the order of the table; '' is the file itself. What lies deeper is read where an own way
 * reads it.
 */
export function readSection<Name extends string, Ways extends OwnWays>(
  reader: SettingReader,
  name: Name,
  ownWays: Ways,
): Omit<Section<Name>, keyof Ways> & Values<Ways> {
  const prefix = name === '' ? '' : `${name}.`;
  const values: Record<string, unknown> = {};
  for (const { path } of SETTINGS) {
    const [key = ''] = path.startsWith(prefix) ? path.slice(prefix.length).split('.') : [];
    if (key !== '' && !Object.hasOwn(values, key)) {
      values[key] = ownWays[key] === undefined ? readRow(reader, `${prefix}${key}`) : ownWays[key]();
    }
  }
  // oxlint-disable-next-line no-unsafe-type-assertion -- the keys are those of the rows that the type is made of
  return withoutUndefined(values) as Omit<Section<Name>, keyof Ways> & Values<Ways>;
}

function readRow(reader: SettingReader, path: string): unknown {
  const setting = findSetting(path);
  const isSecretFile = path.endsWith('File') && findSetting(path.slice(0, -'File'.length)) !== undefined;
  if (setting === undefined || isSecretFile) {
    return undefined;
  }
  return findSetting(`${path}File`) === undefined ? reader.read(setting) : readSecret(reader, path);
}
