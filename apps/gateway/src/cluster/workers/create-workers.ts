import { availableParallelism } from 'node:os';
import type { StateFolder } from '../../files/state-folder.ts';
import { type ActivityNote, workerNote } from '../../recording/rows/activity-note.ts';
import { Workers, type WorkersOptions } from './workers.ts';

/** What {@link createWorkers} works with. */
export interface CreateWorkersOptions extends Pick<WorkersOptions, 'config' | 'settings' | 'bounds' | 'state' | 'log'> {
  readonly stateFolder: StateFolder | undefined;
  /** Absent where no further process can be started. */
  readonly startProcess: WorkersOptions['startProcess'] | undefined;
  /** Puts a note into the feed of activity. */
  readonly note: (note: ActivityNote) => void;
}

/**
 * The workers that the configuration asks for; absent where one process is all.
 *
 * @throws {TypeError} Where there can't be more than one.
 */
export function createWorkers(options: CreateWorkersOptions): Workers | undefined {
  const { stateFolder, startProcess, note, ...rest } = options;
  const { server, trafficCapture } = rest.config;
  const count = server.workers === 'auto' ? availableParallelism() : server.workers;
  if (count === 1) {
    return undefined;
  }
  if (!server.listens) {
    rest.log('workers: there are none, for one process serves the standard streams', { severity: 'warn' });
    return undefined;
  }
  if (startProcess === undefined) {
    throw new TypeError('server.workers: only the command dcc-mcp-gateway starts workers; leave it at 1 in a program');
  }
  if (trafficCapture.mode !== 'off') {
    throw new TypeError(
      'server.workers: traffic is captured where one process is all; set DCC_MCP_TRAFFIC_CAPTURE=off or DCC_MCP_WORKERS=1',
    );
  }
  const onNote = (message: string): void => note(workerNote(message));
  return new Workers({ ...rest, count, startProcess, onNote, stateDirectory: stateFolder?.path });
}
