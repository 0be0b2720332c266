import style from './value.module.css';

/** The app and the instance of a slug, and its tool, which may have dots of its own. */
const SLUG = /^(?<place>.*?\.[0-9a-f]{8}\.)(?<tool>.+)$/;

/** A slug, or any other name, on one line: where there is no room, the app and its instance are cut before the tool is. */
export function ToolSlug({ slug }: { readonly slug: string }) {
  const { place, tool } = SLUG.exec(slug)?.groups ?? {};
  return (
    <span class={style.slug}>
      {place !== undefined && <span class="clip soft">{place}</span>}
      <span class="clip">{tool ?? slug}</span>
    </span>
  );
}
