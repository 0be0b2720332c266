// What the settings of the registry show.
import { setTimeout as wait } from 'node:timers/promises';
import { createServicesFile, rustTime, serviceRow } from '../../fixtures/services-file.ts';
import type { Effect, Lab, Place } from './lab.ts';

/** The folder of a registry with one row, whose heartbeat is a minute old. */
function registryOf({ folder }: Place): string {
  const services = createServicesFile(folder);
  services.write(serviceRow(1, { last_heartbeat: rustTime(Date.now() - 60_000) }));
  return services.folder;
}

/** What has come of its row, as soon as anything has. */
async function rows(lab: Lab): Promise<unknown> {
  for (const end = Date.now() + 500; ; await wait(20)) {
    const { instances, skipped } = (await lab.get('/admin/api/instances')).body as Record<string, readonly unknown[]>;
    const [there, left] = [instances!.length, skipped!.length];
    if (there > 1 || left > 0 || Date.now() > end) {
      return { there, left };
    }
  }
}

export const REGISTRY_EFFECTS: Readonly<Record<string, Effect>> = {
  'registry.dir': { value: registryOf, other: 'off', observe: rows },
  'registry.staleTimeoutSecs': {
    base: (place) => ({ 'registry.dir': registryOf(place) }),
    value: 3_600,
    observe: rows,
  },
};
