import { createHash } from 'node:crypto';
import { PAGE_HEADERS, type Reply } from '../http/reply.ts';
import { PAGE_STYLE } from './page-style.ts';

/** A page and the policy it is to be served with. */
export interface Page {
  readonly html: string;
  /** Value of `Content-Security-Policy`: nothing is loaded, nothing runs, one known style applies. */
  readonly contentSecurityPolicy: string;
}

const STYLE_HASH = createHash('sha256').update(PAGE_STYLE).digest('base64');

/**
 * A whole page: no script, no request to anywhere, dark or light as the reader's system is.
 *
 * @param title Escaped, as `body` is.
 */
export function renderPage(title: string, body: string): Page {
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
${body}
</body>
</html>
`;
  return {
    html,
    contentSecurityPolicy: `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  };
}

/** The page as an answer. */
export function pageReply({ html, contentSecurityPolicy }: Page): Reply {
  const headers = {
    ...PAGE_HEADERS,
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': contentSecurityPolicy,
  };
  return { status: 200, headers, body: html };
}

/** Text of anyone as text of a page or of an attribute in double quotes. */
export function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
