// What a gateway's telemetry makes of a tool that says that it failed.
import { CLIENTS } from '../clients.mjs';
import { openConnection } from '../http-connection.mjs';

/** The status of the failed tool's calls in the text of a scrape. */
export function countedAs(text, counter) {
  const line = text.split('\n').find((each) => each.startsWith(`${counter}{`) && /fail".*\} [1-9]/.test(each));
  return /status="([^"]+)"/.exec(line ?? '')?.[1];
}

/**
 * Calls the failing tool once through a leg.
 *
 * @returns What is told of it, in a few words; a dash where nothing is.
 */
export async function tellOfFailed({ url, era, ask, readFailed = () => Promise.resolve() }) {
  const connection = await openConnection(url);
  try {
    const { open, body } = CLIENTS[era];
    const headers = await open(connection, 'fail', 0);
    await connection.post(headers, body(1, ask('no', 'fail')));
  } finally {
    connection.close();
  }
  return (await readFailed()) ?? '–';
}
