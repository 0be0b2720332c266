/** Something of a client's entry that has no effect here, and that whoever wrote it may rely on. */
export interface EntryNote {
  readonly server: string;
  /** The key in the entry; absent: the entry as a whole. */
  readonly key?: string;
  readonly problem: string;
  readonly expected?: string;
  /** What holds where a value is not taken. */
  readonly instead?: string;
  readonly fix?: string;
}

/** What is wrong with the value of a client's key, which then counts as left out. */
export interface EntryRefusal {
  readonly refusal: Pick<EntryNote, 'problem' | 'expected' | 'instead'>;
}

/** Told of what the reading of an entry finds. */
export interface EntryListener {
  readonly note: (note: EntryNote) => void;
  /** Under which key of the entry stands what has become a key of ours. */
  readonly wrote: (ownKey: string, writtenKey: string) => void;
}
