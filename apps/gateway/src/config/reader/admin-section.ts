import { isJsonObject, type JsonObject } from '../../protocol/json-rpc.ts';

/** Keys that may stand in the section `admin`, by the setting that they are. */
const MOVED = { enabled: 'admin', path: 'adminPath' } as const;

/**
 * A file whose section `admin` says whether there is a page and where, as `admin: false` or `admin: {enabled, path}`,
 * with that under `server`, where the settings are; what stands there already counts.
 */
export function withAdminSection(file: JsonObject): JsonObject {
  const { admin, server = {} } = file;
  const section = typeof admin === 'boolean' ? { enabled: admin } : admin;
  if (!isJsonObject(section) || !isJsonObject(server)) {
    return file;
  }
  const { enabled, path, ...rest } = section;
  const moved = [
    ...(enabled === undefined ? [] : [[MOVED.enabled, enabled]]),
    ...(path === undefined ? [] : [[MOVED.path, path]]),
  ];
  return { ...file, server: { ...Object.fromEntries(moved), ...server }, admin: rest };
}
