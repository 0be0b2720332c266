// Two machines that reach each other by a third, as network namespaces of this one. Needs root on Linux.
import { spawnSync } from 'node:child_process';

/** The network of the benchmarks (RFC 2544): no machine has addresses of it. */
const NETWORK = '198.18';
const ENDS = ['a', 'b'] as const;

/** One of the two machines. */
export interface Machine {
  readonly address: string;
  /** What a program is started by to run there. */
  readonly by: readonly string[];
}

/** Both machines, and the one between them, which they and this process reach. */
export interface SeparateNetworks {
  readonly hub: Machine;
  readonly machines: readonly [Machine, Machine];
  /** What the two send each other gets lost from now on; all else goes on. */
  part(): void;
  heal(): void;
  remove(): void;
}

/** Why there can be none here; `undefined` where there can. */
export function whyNoNetworks(): string | undefined {
  const name = nameOf('probe');
  const made = spawnSync('ip', ['netns', 'add', name]);
  if (made.status !== 0) {
    return 'network namespaces need Linux, iproute2 and root';
  }
  ip('netns', 'del', name);
  return undefined;
}

/** Makes the networks. Whoever makes them removes them. @throws {Error} What `ip` said. */
export function createNetworks(): SeparateNetworks {
  const hub = nameOf('hub');
  ip('netns', 'add', hub);
  inside(hub, 'link', 'set', 'lo', 'up');
  connect({ hub, side: 0, far: undefined });
  ip('route', 'add', `${NETWORK}.0.0/16`, 'via', `${NETWORK}.0.1`);
  ENDS.forEach((end, index) => {
    const far = nameOf(end);
    ip('netns', 'add', far);
    inside(far, 'link', 'set', 'lo', 'up');
    connect({ hub, side: index + 1, far });
    inside(far, 'route', 'add', 'default', 'via', `${NETWORK}.${index + 1}.1`);
  });
  run('ip', 'netns', 'exec', hub, 'sysctl', '-q', '-w', 'net.ipv4.ip_forward=1');
  const [one, other] = [`${NETWORK}.1.2`, `${NETWORK}.2.2`];
  const rules = (verb: 'add' | 'del'): void => {
    inside(hub, 'rule', verb, 'from', one, 'to', other, 'blackhole');
    inside(hub, 'rule', verb, 'from', other, 'to', one, 'blackhole');
  };
  return {
    hub: { address: `${NETWORK}.0.1`, by: ['ip', 'netns', 'exec', hub] },
    machines: [
      { address: one, by: ['ip', 'netns', 'exec', nameOf('a')] },
      { address: other, by: ['ip', 'netns', 'exec', nameOf('b')] },
    ],
    part: () => rules('add'),
    heal: () => rules('del'),
    // What connects two namespaces goes with either, and the route with that.
    remove: () => ['hub', ...ENDS].forEach((name) => ip('netns', 'del', nameOf(name))),
  };
}

/** A cable between the hub, which has the first address of the side, and `far` (default this process), which has the second. */
function connect({
  hub,
  side,
  far,
}: {
  readonly hub: string;
  readonly side: number;
  readonly far: string | undefined;
}): void {
  const [near, other] = [`n${process.pid}x${side}`, `f${process.pid}x${side}`];
  ip(
    'link',
    'add',
    near,
    'netns',
    hub,
    'type',
    'veth',
    'peer',
    'name',
    other,
    ...(far === undefined ? [] : ['netns', far]),
  );
  inside(hub, 'addr', 'add', `${NETWORK}.${side}.1/24`, 'dev', near);
  inside(hub, 'link', 'set', near, 'up');
  inside(far, 'addr', 'add', `${NETWORK}.${side}.2/24`, 'dev', other);
  inside(far, 'link', 'set', other, 'up');
}

function nameOf(what: string): string {
  return `gateways-${process.pid}-${what}`;
}

function inside(namespace: string | undefined, ...args: readonly string[]): void {
  ip(...(namespace === undefined ? [] : ['-n', namespace]), ...args);
}

function ip(...args: readonly string[]): void {
  run('ip', ...args);
}

function run(program: string, ...args: readonly string[]): void {
  const { status, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) {
    throw new Error(`${program} ${args.join(' ')}: ${stderr}`);
  }
}
