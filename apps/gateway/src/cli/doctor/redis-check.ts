/** What is wrong with Redis, each text one line. */
export interface RedisFailure {
  readonly cause:
    | 'invalid_setting'
    | 'connection_refused'
    | 'dns'
    | 'tls'
    | 'unauthorized'
    | 'unreachable'
    | 'not_writable'
    | 'too_old';
  readonly subject: string;
  readonly message: string;
  /** What to do. */
  readonly action: string;
}

/** The Redis that gateways share, joined once. */
export interface RedisCheck {
  /** Its servers, without what may be secret. */
  readonly place: string;
  readonly outcome: 'ok' | 'failed';
  /** Its name and version; absent where it does not say. */
  readonly version?: string;
  /** What is odd and does no harm yet. */
  readonly note?: string;
  readonly problem?: RedisFailure;
}
