// Finds the gateway that runs, whatever its port: each one that listens leaves a file in a folder of its user.
import { lstatSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

const DEFAULT_URL = 'http://127.0.0.1:9765';
const ASK_MILLIS = 2_000;
const DEMO = join(import.meta.dirname, 'gateway.yaml');

function announcements(env) {
  const { uid } = userInfo();
  const folder = env.XDG_RUNTIME_DIR
    ? join(env.XDG_RUNTIME_DIR, 'dcc-mcp-gateway')
    : join(tmpdir(), `dcc-mcp-gateway-${uid}`);
  try {
    // Everybody may write into the folder for temporary files: what another user says is not believed.
    return uid >= 0 && lstatSync(folder).uid !== uid ? [] : readdirSync(folder).map((name) => join(folder, name));
  } catch {
    return [];
  }
}

function readAnnouncement(file) {
  try {
    const { url, config, pid } = JSON.parse(readFileSync(file, 'utf8'));
    process.kill(pid, 0);
    return { url, isDemo: config !== undefined && realpathSync(config) === realpathSync(DEMO) };
  } catch {
    return undefined; // it was killed, or is about to end
  }
}

/** `answers`: a gateway of ours is at `url`. `silent`: something listens there, and does not answer. Else `none`. */
export async function standingOf(url) {
  try {
    const response = await fetch(`${url}/v1/healthz`, { signal: AbortSignal.timeout(ASK_MILLIS) });
    return (await response.json()).name === 'dcc-mcp-gateway' ? 'answers' : 'none';
  } catch (error) {
    return error.name === 'TimeoutError' ? 'silent' : 'none';
  }
}

/** What is said of an address where something listens that does not answer. */
export function silentLine(url) {
  return `What listens at ${url} does not answer within ${ASK_MILLIS / 1_000} s: it is busy or stopped. Try again, or name another with --url.`;
}

/** The gateways that were announced, and the default address, each with how it is. */
async function knownGateways(env) {
  const known = announcements(env).flatMap((file) => readAnnouncement(file) ?? []);
  const all = known.some(({ url }) => url === DEFAULT_URL) ? known : [...known, { url: DEFAULT_URL, isDemo: false }];
  return Promise.all(all.map(async ({ url, isDemo }) => ({ url, isDemo, standing: await standingOf(url) })));
}

/** `{ url }` of the one that is meant, or `{ problem }`: which there are, and what to do. */
export async function findGateway(env) {
  const known = await knownGateways(env);
  const running = known.filter(({ standing }) => standing === 'answers');
  const demos = running.filter(({ isDemo }) => isDemo);
  const [only, ...others] = demos.length > 0 ? demos : running;
  const silent = known.find(({ standing }) => standing === 'silent');
  if (only === undefined && silent !== undefined) {
    return { problem: silentLine(silent.url) };
  }
  if (only === undefined) {
    return { problem: 'No gateway runs. Start one in another terminal with `npm start`, or name it with --url.' };
  }
  if (others.length > 0) {
    const urls = [only, ...others].map(({ url }) => `  npm run demo:agent -- --url ${url}`);
    return { problem: ['Several gateways run; say which one is meant:', ...urls].join('\n') };
  }
  return { url: only.url };
}
