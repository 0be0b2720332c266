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
   * @throws {Error} Node's own, naming the file, when one cannot be read.
   */
  read(): { readonly material: TlsMaterial; readonly version: string } {
    const { certificateFile, clientKeyFile, clientCertificateFile } = this.#names;
    const version = [certificateFile, clientKeyFile, clientCertificateFile].map(fileVersion).join('|');
    if (version !== this.#version) {
      this.#material = {
        ...(certificateFile === undefined ? {} : { ca: readFileSync(certificateFile) }),
        ...(clientKeyFile === undefined ? {} : { key: readFileSync(clientKeyFile) }),
        ...(clientCertificateFile === undefined ? {} : { cert: readFileSync(clientCertificateFile) }),
      };
      this.#version = version;
    }
    return { material: this.#material, version };
  }
}

function fileVersion(name: string | undefined): string {
  if (name === undefined) return '-';
  const { mtimeMs, size, ino } = statSync(name);
  return `${mtimeMs}:${size}:${ino}`;
}
