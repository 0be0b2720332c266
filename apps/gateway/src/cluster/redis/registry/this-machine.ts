import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/** New with each start of a Linux machine, and that of no other one. */
const BOOT_ID = '/proc/sys/kernel/random/boot_id';

/** Names what has one loopback: a machine, or a container of it, which has a host name of its own. */
export function thisMachineName(): string {
  return hash('sha256', `${hostname()} ${bootId()}`).slice(0, 32);
}

function bootId(): string {
  try {
    return readFileSync(BOOT_ID, 'utf8').trim();
  } catch {
    return ''; // another system: its host name has to do
  }
}
