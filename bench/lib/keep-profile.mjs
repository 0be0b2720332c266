// Takes the CPU profile of a gateway under load, and says where its time goes.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { flameGraph } from './flame-graph.mjs';
import { timeBySource } from './profile-by-source.mjs';

/** How many files are listed, most time first. */
const LISTED = 25;

/**
 * Leaves the profile and its flame graph in a new folder, and lists the time by source file.
 *
 * @param gateway One that can be profiled.
 * @param name Of what is profiled: `telemetry on`.
 * @param of What the load does, for the title of the graph.
 * @param work The load.
 */
export async function keepProfile(gateway, { name, of, work }) {
  const taken = await gateway.profile(work);
  const file = join(mkdtempSync(join(tmpdir(), 'bench-profile-')), `${name.replaceAll(' ', '-')}.cpuprofile`);
  writeFileSync(file, JSON.stringify(taken));
  writeFileSync(`${file}.svg`, flameGraph(taken, `${of}, ${name}: where its CPU goes`));
  console.log(`${name}: ${file}`);
  console.table(timeBySource(taken).slice(0, LISTED));
}
