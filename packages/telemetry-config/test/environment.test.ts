import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { readTelemetryEnvironment } from '../src/environment.ts';
import { describeEnvironment, readTelemetryConfig } from '../src/index.ts';
import { namesOf } from './telemetry-fixture.ts';

describe('readTelemetryEnvironment', () => {
  test('reads every environment without a file as readTelemetryConfig does', () => {
    const names = describeEnvironment().flatMap(namesOf);
    const env = fc.dictionary(fc.constantFrom(...names), fc.string(), { maxKeys: 20 });
    fc.assert(
      fc.property(env, ({ OTEL_CONFIG_FILE: _file, ...rest }) => {
        expect(readTelemetryEnvironment(rest)).toEqual(readTelemetryConfig(rest));
      }),
    );
  });

  test('refuses to pretend that a file was read', () => {
    const { values, issues } = readTelemetryEnvironment({ OTEL_CONFIG_FILE: 'f', OTEL_TRACES_EXPORTER: 'otlp' });
    expect(values.traces.processors).toEqual([]);
    expect(issues).toMatchObject([{ severity: 'fatal', problem: expect.stringContaining('it was not read') }]);
  });

  test('loads no parser of files', async () => {
    const entry = new URL('../src/environment.ts', import.meta.url).href;
    const program = `
      import { registerHooks } from 'node:module';
      const loaded = [];
      registerHooks({ load: (url, context, next) => { loaded.push(url); return next(url, context); } });
      await import(${JSON.stringify(entry)});
      process.stdout.write(loaded.filter((url) => url.includes('node_modules')).join());`;
    const run = promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], { timeout: 20_000 });
    await expect(run).resolves.toMatchObject({ stdout: '' });
  });
});
