import { findOpenMetricsParser, findPromtool } from '@dcc-mcp/test-kit/prometheus';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What `promtool check metrics` says of a Prometheus text; empty when it is content. */
export function askPromtool(text: string): string {
  const { status, stdout, stderr } = spawnSync(findPromtool() ?? 'promtool', ['check', 'metrics'], { input: text });
  return status === 0 ? '' : `${status}: ${stdout.toString()}${stderr.toString()}`;
}

/** What the strict OpenMetrics parser of the Python client refuses, a line per text; empty when it takes all. */
export function askOpenMetricsParser(texts: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'openmetrics-'));
  const files = texts.map((text, index) => {
    const file = join(folder, `${index}.om`);
    writeFileSync(file, text);
    return file;
  });
  const script = fileURLToPath(new URL('parse-openmetrics.py', import.meta.url));
  const { status, stdout, stderr } = spawnSync(findOpenMetricsParser() ?? 'python3', [script], {
    input: files.join('\n'),
  });
  rmSync(folder, { recursive: true });
  return `${stdout.toString()}${status === 0 ? '' : stderr.toString()}`;
}
