const CAUSES: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EDQUOT: 'the disk quota is used up',
  EIO: 'the disk answered with an error',
  EISDIR: 'something that is no file stands in its place',
  EEXIST: 'a file stands in the place of the directory',
  EMFILE: 'too many files are open',
  ENAMETOOLONG: 'the path is too long',
  ENOENT: 'a part of the path does not exist',
  ENOSPC: 'no space left on the device',
  ENOTDIR: 'a part of the path is no directory',
  EPERM: 'operation not permitted',
  EROFS: 'the file system is read-only',
};

/** What went wrong with a file, in a few words. */
export function causeOf(error: unknown): string {
  if (!(error instanceof Error)) {
    return String(error);
  }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return (code === undefined ? undefined : CAUSES[code]) ?? error.message;
}
