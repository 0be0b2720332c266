import { VERSION } from '../config/load/version.ts';
import type { GatewayConfig } from '../config/reader/gateway-config.ts';
import type { Log } from '../protocol/log.ts';
import type { PortHeldError } from '../registry/election/port-held-error.ts';
import { isNewer } from '../registry/election/version-order.ts';

/** Says who has the port, and what to do about it. */
export function sayWhoHolds(say: Log, { server }: GatewayConfig, error: PortHeldError): void {
  const { host, port } = server;
  const address = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  if (error.outcome === 'lost') {
    say(lostLine(error));
  } else {
    say(foreignLine(address, error), { severity: 'error' });
  }
}

function lostLine({ holder, refusal, url: where }: PortHeldError): string {
  if (holder.kind !== 'gateway') {
    return `a gateway has ${where} and does not answer any more; look at it, or start this one with --wait or another --port`;
  }
  const { version, isDraining } = holder;
  if (isDraining) {
    return `a gateway (version ${version}) on ${where} is shutting down and has not given the port up yet; start this one again, or with --wait`;
  }
  const kept =
    refusal === undefined || !isNewer(VERSION, version)
      ? ''
      : ` (it is older than this one, and does not yield: ${refusal})`;
  return `a gateway (version ${version}) already runs on ${where}, with a configuration of its own${kept}; use it as it is, or start this one with --wait or another --port`;
}

function foreignLine(address: string, { holder }: PortHeldError): string {
  const advice = 'choose another one with --port (0 for any free one)';
  if (holder.kind === 'other' && holder.isLikeCore) {
    return `the port ${address} is in use by another program, which answers as a gateway of dcc-mcp-core does; end that one, or ${advice}`;
  }
  const who = holder.kind === 'silent' ? 'another program, which does not answer' : 'another program';
  return `the port ${address} is in use by ${who}; ${advice}`;
}
