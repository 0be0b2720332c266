// HAR 1.2 (http://www.softwareishard.com/blog/har-12-spec/): the members that are written here. A size of -1 is not known;
// members that begin with an underscore are nobody's but their writer's.

/** A name and a value; `comment` says where they are not what was sent. */
export interface HarPair {
  readonly name: string;
  readonly value: string;
  readonly comment?: string;
}

/** What was sent, or what was answered. */
interface HarMessage {
  readonly httpVersion: string;
  readonly cookies: readonly HarPair[];
  readonly headers: readonly HarPair[];
  readonly headersSize: number;
  readonly bodySize: number;
  readonly comment?: string;
}

export interface HarRequest extends HarMessage {
  readonly method: string;
  readonly url: string;
  readonly queryString: readonly HarPair[];
  readonly postData?: { readonly mimeType: string; readonly text: string; readonly comment?: string };
}

export interface HarResponse extends HarMessage {
  /** 0 where it is not known. */
  readonly status: number;
  readonly statusText: string;
  readonly content: {
    readonly size: number;
    readonly mimeType: string;
    readonly text?: string;
    readonly comment?: string;
  };
  readonly redirectURL: string;
}

/** Milliseconds, or -1 where it does not apply; together, without those, they are the `time` of the entry. */
export interface HarTimings {
  readonly blocked: number;
  readonly dns: -1;
  readonly connect: -1;
  readonly ssl: -1;
  readonly send: number;
  readonly wait: number;
  readonly receive: number;
}

/** One request and its answer. */
export interface HarEntry {
  readonly pageref?: string;
  readonly startedDateTime: string;
  readonly time: number;
  readonly request: HarRequest;
  readonly response: HarResponse;
  readonly cache: Readonly<Record<string, never>>;
  readonly timings: HarTimings;
  readonly comment?: string;
  /** Chromium's: without it, the first entry of a page would be shown as a document. */
  readonly _resourceType: 'fetch';
  /** What the gateway knows besides. */
  readonly _dcc_mcp: Readonly<Record<string, unknown>>;
}

/** What entries belong to; here a session. */
export interface HarPage {
  readonly id: string;
  readonly title: string;
  readonly startedDateTime: string;
  readonly pageTimings: Readonly<Record<string, never>>;
}
