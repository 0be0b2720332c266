/** What is wrong with a folder that a setting names, each text one line. */
export interface FolderFailure {
  readonly cause: 'folder_not_writable' | 'folder_not_found';
  /** The setting: `audit.dir`. */
  readonly subject: string;
  readonly message: string;
  /** What to do. */
  readonly action: string;
}

/** A folder that a setting names, tried as the gateway would use it. */
export interface FolderCheck {
  readonly setting: string;
  readonly path: string;
  readonly outcome: 'ok' | 'failed';
  /** What is to be known of it, and is no fault. */
  readonly note?: string;
  readonly problem?: FolderFailure;
}
