// Loaded before the gateway (`node --import`): over IPC, `start` begins a CPU profile and `stop` gives it.
import { Session } from 'node:inspector/promises';

const SAMPLE_EVERY_MICROS = 200;
const session = new Session();
session.connect();

const ANSWERS = {
  async start() {
    await session.post('Profiler.enable');
    await session.post('Profiler.setSamplingInterval', { interval: SAMPLE_EVERY_MICROS });
    await session.post('Profiler.start');
    return 'started';
  },
  stop: async () => (await session.post('Profiler.stop')).profile,
};

process.on('message', (question) => void ANSWERS[question]().then((answer) => process.send?.(answer)));
process.channel?.unref();
