// The page as a reader has it: what it shows, what the browser says of it, whom it asks.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, BrowserContext, Page } from 'playwright-core';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export interface Look {
  readonly theme?: 'dark' | 'light';
  readonly language?: 'en' | 'zh-CN';
  readonly width?: number;
  readonly height?: number;
  /** Device pixels for each pixel of the page. */
  readonly scale?: number;
}

/** What axe says against the page. */
export interface Finding {
  readonly id: string;
  readonly impact: string;
  readonly places: readonly string[];
}

interface AxeResults {
  readonly violations: readonly {
    readonly id: string;
    readonly impact: string;
    readonly nodes: readonly { readonly html: string }[];
  }[];
}

/** One tab. */
export class SeenPage {
  readonly page: Page;
  readonly #context: BrowserContext;
  readonly #url: string;
  /** What the browser wrote to its console, and errors of scripts that nobody caught. */
  readonly messages: string[] = [];
  /** Addresses of other origins that were asked. */
  readonly strangers: string[] = [];

  private constructor(url: string, context: BrowserContext, page: Page) {
    this.page = page;
    this.#context = context;
    this.#url = url;
    page.on('console', (message) => this.messages.push(`${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => this.messages.push(`error: ${error.message}`));
    page.on('request', (request) => {
      if (!request.url().startsWith(`${url}/`) && !request.url().startsWith('data:')) {
        this.strangers.push(request.url());
      }
    });
  }

  /** A new tab of nobody's history, for the gateway at `url`. */
  static async open(browser: Browser, url: string, look: Look = {}): Promise<SeenPage> {
    const { theme = 'dark', language = 'en', width = 1280, height = 800, scale = 1 } = look;
    const context = await browser.newContext({
      colorScheme: theme,
      locale: language,
      viewport: { width, height },
      deviceScaleFactor: scale,
      reducedMotion: 'reduce',
    });
    return new SeenPage(url, context, await context.newPage());
  }

  /** Goes to a state of the page, as `?panel=calls`, and waits until it is drawn. */
  async go(search = ''): Promise<void> {
    await this.page.goto(`${this.#url}/admin/${search}`);
    await this.settled();
  }

  /** Waits until the panel is there. */
  async settled(): Promise<void> {
    await this.page.locator('main :is(h1, h2, [role=status], form)').first().waitFor({ state: 'attached' });
  }

  /** The rows of the list, as many as are drawn, without its heads. */
  get rows(): ReturnType<Page['locator']> {
    return this.page.locator('main [role=row]:has([role=cell])');
  }

  /** What axe finds serious or critical. It is put into the page past its policy, which would refuse it. */
  async findings(): Promise<readonly Finding[]> {
    await this.page.evaluate(AXE);
    const { violations } = await this.page.evaluate<AxeResults>('axe.run({resultTypes: ["violations"]})');
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, impact, nodes }) => ({
        id,
        impact,
        places: nodes.slice(0, 5).map(({ html }) => html.slice(0, 200)),
      }));
  }

  close(): Promise<void> {
    return this.#context.close();
  }
}
