import { readFileSync, statSync } from 'node:fs';

export interface TlsFileNames {
  readonly certificateFile?: string;
  readonly clientKeyFile?: string;
  readonly clientCertificateFile?: string;
}

/** PEM texts as Node's TLS takes them. */
export interface TlsMaterial {
  readonly ca?: Buffer;
  readonly key?: Buffer;
  readonly cert?: Buffer;
}

/** Reads certificate files, and reads them again when one of them has changed on disk. */
export class TlsFiles {
  readonly #names: TlsFileNames;
  #version = '';
  #material: TlsMaterial = {};

  constructor(names: TlsFileNames) {
    this.#names = names;
  }

  /**
   * The current material and a text that changes with it.
   *
   * @throws {Error} With `path`, naming the file, when one cannot be read or holds no PEM text.
   */
  read(): { readonly material: TlsMaterial; readonly version: string } {
    const { certificateFile, clientKeyFile, clientCertificateFile } = this.#names;
    const version = [certificateFile, clientKeyFile, clientCertificateFile].map(fileVersion).join('|');
    if (version !== this.#version) {
      this.#material = {
        ...(certificateFile === undefined ? {} : { ca: readPem(certificateFile) }),
        ...(clientKeyFile === undefined ? {} : { key: readPem(clientKeyFile) }),
        ...(clientCertificateFile === undefined ? {} : { cert: readPem(clientCertificateFile) }),
      };
      this.#version = version;
    }
    return { material: this.#material, version };
  }
}

/** TLS would take any text for an authority that signed nothing. */
function readPem(path: string): Buffer {
  const content = readFileSync(path);
  if (content.includes('-----BEGIN ')) {
    return content;
  }
  throw Object.assign(new Error(`the file ${path} holds no PEM text`), { path });
}

function fileVersion(name: string | undefined): string {
  if (name === undefined) {
    return '-';
  }
  const { mtimeMs, size, ino } = statSync(name);
  return `${mtimeMs}:${size}:${ino}`;
}
