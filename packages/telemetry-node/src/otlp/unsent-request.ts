/** One encoded export that someone else has to send: everything a worker thread needs, as plain data. */
export interface UnsentRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  readonly tls: { readonly ca?: Uint8Array; readonly key?: Uint8Array; readonly cert?: Uint8Array };
}
