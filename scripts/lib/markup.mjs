const ESCAPED = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Text as text of HTML or SVG, or of an attribute in double quotes. */
export const escapeMarkup = (text) => text.replace(/[&<>"]/g, (sign) => ESCAPED[sign]);
