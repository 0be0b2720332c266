import { spawn } from 'node:child_process';

/** The program that opens a page, by platform. */
function openerOf(platform: NodeJS.Platform, page: string): readonly [command: string, args: readonly string[]] {
  if (platform === 'darwin') {
    return ['open', [page]];
  }
  // Of `start` an ampersand would begin another command.
  return platform === 'win32' ? ['rundll32', ['url.dll,FileProtocolHandler', page]] : ['xdg-open', [page]];
}

/** Opens a page in the browser of whoever is there; where that can't be done, nothing happens. */
export function openBrowser(page: URL, platform: NodeJS.Platform): void {
  const [command, args] = openerOf(platform, page.href);
  const child = spawn(command, args, { stdio: 'ignore', detached: true });
  child.on('error', () => {}); // the page was printed, too
  child.unref();
}
