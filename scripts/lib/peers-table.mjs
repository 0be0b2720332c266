// The table of docs/benchmarks.md that has our gateway beside its peers.
import { figureText } from './figures.mjs';
import { table } from './pages.mjs';

const OURS = {
  'bare forwarder': 'bare forwarder',
  'gateway, telemetry off': '**our gateway**, telemetry off',
  'gateway, telemetry on, no history': '… every call traced to a live OTLP receiver, metrics on',
  'gateway, telemetry on': '… and kept in the history',
};

/** A peer is told with the version that was measured: `mcp-proxy 6.7.19`. */
function labelOf({ leg, version }) {
  const [name, ...way] = leg.split(', ');
  return version === undefined ? OURS[leg] : [`${name} ${version}`, ...way].join(', ');
}

export const peers = ({ peers: { rows } }) =>
  table(
    ['', 'records', 'CPU µs per call', 'times bare', 'p50 ms', 'p99 ms', 'MiB after', 'a failed tool'],
    rows.map((row) => [
      labelOf(row),
      row.records,
      ...['cpuMicrosPerCall', 'timesBare', 'p50Millis', 'p99Millis', 'residentMebibytes'].map((key) =>
        figureText(row[key]),
      ),
      row.failedTool,
    ]),
  );
