import { fullTime, time } from '../../text/format.ts';

/** When it was, as the reader wants times; the whole of it under the pointer. */
export function TimeCell({ timestamp }: { readonly timestamp: string }) {
  return (
    <time dateTime={timestamp} title={fullTime(timestamp)} class="soft">
      {time(timestamp)}
    </time>
  );
}
