// What stands in for the reader's own names: folders of a server, a host of theirs, `/path/to` the clone or one of its
// files (the demo's where the document has not written one yet).
import { existsSync, mkdirSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';

/** Where the reader's names lead to on this machine. */
export interface Places {
  readonly clone: string;
  /** Stands in for `/etc`. */
  readonly etc: string;
}

const HOSTS: readonly (readonly [RegExp, string])[] = [[/\bgateway:(9765|9464)\b/g, '127.0.0.1:$1']];

function toPlace(path: string, { clone }: Places): string {
  const name = basename(path);
  if (existsSync(join(clone, name))) {
    return join(clone, name);
  }
  return extname(name) === '' ? clone : join(clone, 'examples/demo/gateway.yaml');
}

/** `text` with the reader's names replaced; folders below `/etc` are made. */
export function withStandIns(text: string, places: Places): string {
  const hosts = HOSTS.reduce((value, [pattern, stand]) => value.replaceAll(pattern, stand), text);
  return hosts
    .replaceAll(/(?<![\w/])\/etc\/[\w./-]+/g, (path) => {
      const place = join(places.etc, path.slice('/etc/'.length));
      mkdirSync(dirname(place), { recursive: true });
      return place;
    })
    .replaceAll(/(?<=--config )FILE\b/g, 'examples/demo/gateway.yaml')
    .replaceAll(/\/path\/to\/[\w./-]+/g, (path) => toPlace(path, places));
}
