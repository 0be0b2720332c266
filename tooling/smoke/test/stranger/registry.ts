// A package registry of our own packages, so that an install line can be run as a README shows it.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename } from 'node:path';

/** A tarball and the manifest in it, which is not the one in the repository: pack writes versions into it. */
export interface PackedPackage {
  readonly file: string;
  readonly manifest: { readonly name: string; readonly version: string };
}

export interface Registry {
  /** For `@dcc-mcp:registry=` of an `.npmrc`. */
  readonly url: string;
  close(): Promise<void>;
}

/** What npm reads of a package before it fetches a tarball. */
function toPackument({ file, manifest }: PackedPackage, url: string): object {
  const integrity = `sha512-${createHash('sha512').update(readFileSync(file)).digest('base64')}`;
  const dist = { tarball: `${url}tarballs/${basename(file)}`, integrity };
  return {
    name: manifest.name,
    'dist-tags': { latest: manifest.version },
    versions: { [manifest.version]: { ...manifest, dist } },
  };
}

/** Serves `packages` on 127.0.0.1; everything else is 404. */
export async function startRegistry(packages: readonly PackedPackage[]): Promise<Registry> {
  // npm keeps answers by address, also over a restart: no two registries have the same one.
  const path = `/${Date.now()}-${process.pid}/`;
  const server = createServer((request, response) => {
    const wanted = decodeURIComponent(request.url ?? '').slice(path.length);
    const packument = packages.find(({ manifest }) => manifest.name === wanted);
    const tarball = packages.find(({ file }) => wanted === `tarballs/${basename(file)}`);
    if (packument !== undefined) {
      response.setHeader('content-type', 'application/json').end(JSON.stringify(toPackument(packument, url)));
    } else if (tarball !== undefined) {
      response.setHeader('content-type', 'application/octet-stream').end(readFileSync(tarball.file));
    } else {
      response.writeHead(404).end('{}');
    }
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
  return {
    url,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
