// In CI a test that fails runs once more: hundreds of them start real processes on a machine that others load too, and
// one slow start must not hide what the rest says. `scripts/tally.mjs` names every test that needed it.
import { jest } from '@jest/globals';

if (process.env.CI) {
  jest.retryTimes(1, { logErrorsBeforeRetry: true });
}
