import { apiUrl, type Parameters, request } from '../../api/client.ts';
import { saveFile } from './save-file.ts';

const EXPORT_MILLIS = 120_000;

/** Saves what a route of exports answers. @throws {ApiRefusal} */
export async function saveExport(file: string, path: string, parameters: Parameters): Promise<void> {
  const response = await request(apiUrl(path, parameters), { signal: AbortSignal.timeout(EXPORT_MILLIS), headers: {} });
  saveFile(file, await response.text(), response.headers.get('content-type') ?? 'text/plain');
}
