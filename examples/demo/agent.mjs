// A scripted agent in front of the demo gateway. It searches, describes, loads and calls over MCP and over REST, tells
// the gateway who it is and which trace it works in, and makes some calls fail on purpose. Its own spans go where `OTEL_*`
// says.
// It finds the gateway that runs, whatever its port; --url names another one.
//   npm run demo:agent [-- --url http://127.0.0.1:9765]
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startAgentSpans } from './agent-spans.mjs';
import { findGateway, silentLine, standingOf } from './find-gateway.mjs';
import { createJournal } from './journal.mjs';
import { connectMcp } from './mcp-side.mjs';
import { createRestSide } from './rest-side.mjs';

const OPTIONS = /** @type {const} */ ({
  url: { type: 'string' },
  rounds: { type: 'string', default: '3' },
});

/** A first start of a server may take some time. */
const READY_MILLIS = 15_000;

const AGENT = {
  agent_id: 'demo-agent',
  agent_name: 'Demo agent',
  agent_kind: 'script',
  agent_version: '1.0.0',
  actor_id: 'artist-7',
  model_provider: 'none',
  model: 'scripted',
  session_id: 'demo-session',
  task: 'block out shot sq010_sh020',
  tags: ['demo'],
};

/** What the agent wants, in its own words, and how it then uses the tool that search offers first. */
const WISHES = [
  {
    query: 'open a scene file',
    dccType: 'maya',
    tool: 'open_scene',
    arguments: { path: '/projects/sq010/sh020.ma', force: true },
  },
  { query: 'create a sphere', dccType: 'maya', tool: 'create_sphere', arguments: { radius: 2 } },
  { query: 'render a frame', dccType: 'maya', tool: 'render_frame', arguments: { frame: 1001, seconds: 0.5 } },
  { query: 'echo a message', dccType: 'everything', tool: 'echo', arguments: { message: 'hello from the demo agent' } },
  { query: 'read a text file', dccType: 'files', tool: 'read_text_file', arguments: { path: 'README.txt' } },
];

/** Calls that must fail, each in another way. */
const FAILURES = [
  { why: 'the host fails', dccType: 'maya', tool: 'export_fbx', arguments: { path: '/projects/sq010/sh020.fbx' } },
  { why: 'a path outside the folder', dccType: 'files', tool: 'read_text_file', arguments: { path: '/etc/passwd' } },
  { why: 'an argument of the wrong type', dccType: 'everything', tool: 'echo', arguments: { message: 7 } },
  { why: 'a tool that does not exist', dccType: 'everything', tool: 'no_such_tool', arguments: {} },
];

/** search → describe → load_skill → call, each follow-up carrying the search's id so that the gateway can join them. */
async function fulfil(side, wish) {
  const found = await side.run('search', { query: wish.query, dcc_type: wish.dccType });
  const hit = found.hits?.find(({ backend_tool: name }) => name === wish.tool) ?? found.hits?.[0];
  if (hit === undefined) {
    return undefined;
  }
  const meta = { search_id: found.search_id };
  await side.run('describe', { tool_slug: hit.tool_slug }, { meta });
  if (hit.skill_name) {
    await side.run('load_skill', { skill_name: hit.skill_name }, { meta });
  }
  await side.run('call', { tool_slug: hit.tool_slug, arguments: wish.arguments }, { meta });
  return hit.tool_slug;
}

/** The slug of a tool of the same instance as `known`. */
const sibling = (known, tool) => [...known.split('.').slice(0, 2), tool].join('.');

async function work(side, spans) {
  const slugs = new Map();
  for (const wish of WISHES) {
    const slug = await spans.step(wish.query, () => fulfil(side, wish));
    if (slug !== undefined) {
      slugs.set(wish.dccType, slug);
    }
  }
  for (const failure of FAILURES.filter(({ dccType }) => slugs.has(dccType))) {
    const slug = sibling(slugs.get(failure.dccType), failure.tool);
    const input = { tool_slug: slug, arguments: failure.arguments };
    await spans.step(failure.why, () => side.run('call', input, { why: failure.why }));
  }
  const echo = slugs.get('everything');
  if (echo !== undefined) {
    const calls = ['one', 'two', 3].map((message) => ({ tool_slug: echo, arguments: { message } }));
    const why = 'the third item has a wrong argument';
    await spans.step('echo three messages', () => side.batch(calls, why));
  }
}

/** What the command line asks for, or what is wrong with it. */
function readOptions(args) {
  try {
    const { url, rounds } = parseArgs({ args, options: OPTIONS }).values;
    if (url !== undefined && baseOf(url) === undefined) {
      return { problem: `--url ${url}: expected a URL such as http://127.0.0.1:9765` };
    }
    if (!/^[1-9]\d{0,3}$/.test(rounds)) {
      return { problem: `--rounds ${rounds}: expected a number from 1 to 9999` };
    }
    return { url: url && baseOf(url), rounds: Number(rounds) };
  } catch (error) {
    return { problem: `${error.message}; there are --url and --rounds` };
  }
}

/** The gateway's address, whether its page or its MCP endpoint is named, with or without `http://`. */
function baseOf(text) {
  const url = /^[a-z][a-z\d+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  return URL.canParse(url) && /^https?:/i.test(url) ? url.replace(/\/+(?:mcp\/*)?$/, '') : undefined;
}

function giveUp(why, exitCode) {
  console.error(why);
  process.exitCode = exitCode;
}

/** Where to play: what `--url` names, or what runs. */
async function chooseGateway(named) {
  if (named === undefined) {
    return findGateway(process.env);
  }
  const standing = await standingOf(named);
  if (standing === 'answers') {
    return { url: named };
  }
  return {
    problem:
      standing === 'silent'
        ? silentLine(named)
        : `No gateway answers at ${named}. Start it in another terminal with \`npm start\`, or name another with --url.`,
  };
}

/** Waits until the servers behind the gateway have been tried. @returns Why the demo can not be played there, if so. */
async function untilPlayable(url) {
  for (const deadline = Date.now() + READY_MILLIS; Date.now() < deadline; await wait(200)) {
    if ((await fetch(`${url}/readyz`)).ok) {
      break;
    }
  }
  const response = await fetch(`${url}/v1/instances`);
  if (response.status === 401) {
    return `The gateway at ${url} wants a token, and the demo agent has none: start another one with \`npm start -- --port 0\`.`;
  }
  const { instances = [] } = await response.json();
  const wanted = new Set(WISHES.map(({ dccType }) => dccType));
  return instances.some(({ dcc_type: type, status }) => wanted.has(type) && status === 'ready')
    ? undefined
    : `The gateway at ${url} has none of the demo's servers (${[...wanted].join(', ')}) ready: start one with \`npm start\`.`;
}

/** Plays the agent against a gateway; sets the exit code to 2 for wrong usage, 1 where it can not be played. */
export async function runDemoAgent(args) {
  const { problem, url: named, rounds } = readOptions(args);
  if (problem !== undefined) {
    giveUp(problem, 2);
    return;
  }
  const found = await chooseGateway(named);
  const why = found.problem ?? (await untilPlayable(found.url));
  if (why !== undefined) {
    giveUp(why, 1);
    return;
  }
  const { url } = found;
  console.log(`The demo agent works at ${url}\n`);
  const journal = createJournal(url);
  const spans = startAgentSpans(process.env);
  await play({ url, agent: AGENT, journal, spans }, rounds);
  await spans.end();
  journal.print();
}

async function play(stage, rounds) {
  for (let round = 0; round < rounds; round += 1) {
    for (const era of ['2025-11-25', '2026-07-28']) {
      const side = await connectMcp(stage, era);
      await work(side, stage.spans);
      await side.close();
    }
    await work(createRestSide(stage), stage.spans);
  }
}
