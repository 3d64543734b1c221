import { readFileSync } from 'node:fs';
import { marked } from 'marked';
import type { Plugin } from 'vite';
import { escapeHtml } from '../src/pipeline/html.ts';
import { contentSecurityPolicy } from './content-security-policy.ts';

/** A text in Markdown that becomes a page of the application. */
export interface TextPage {
  /** File in the repository. */
  readonly source: string;
  /** Path of the page in the build; links and pictures of the text are relative to it. */
  readonly page: string;
}

/** What lies beside every page made here. */
const STYLE = 'text.css';

/** Makes pages of texts: in the build, and on the way while developing. */
export function textPages(pages: readonly TextPage[]): Plugin {
  return {
    name: 'text-pages',
    generateBundle() {
      for (const { source, page } of pages) {
        this.addWatchFile(source);
        this.emitFile({ type: 'asset', fileName: page, source: asPage(readFileSync(source, 'utf8'), page) });
      }
    },
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        const found = pages.find(({ page }) => request.url?.split('?')[0] === `/${page}`);
        if (!found) return next();
        response.setHeader('Content-Type', 'text/html; charset=utf-8');
        response.end(asPage(readFileSync(found.source, 'utf8'), found.page));
      });
    },
  };
}

/** The text as a whole page; a link to a README becomes one to the page beside it. */
function asPage(text: string, page: string): string {
  const up = '../'.repeat(page.split('/').length - 1);
  const title = /^# (.+)$/m.exec(text)?.[1] ?? 'Unclouded';
  const body = marked.parse(text, { async: false }).replaceAll('/README.md"', '/card.html"');
  return `<!doctype html>
<html lang="en">
  <head>
    <meta http-equiv="Content-Security-Policy" content="${contentSecurityPolicy}" />
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>${escapeHtml(title)} · Unclouded</title>
    <link rel="stylesheet" href="${up}${STYLE}" />
  </head>
  <body>
    <nav><a href="${up}./">Unclouded</a></nav>
    <main>${tablesThatScroll(body)}</main>
  </body>
</html>
`;
}

/** A wide table scrolls in a region of its own, which the keyboard reaches. */
const tablesThatScroll = (html: string) =>
  html
    .replaceAll('<table>', '<div class="scroll" role="region" tabindex="0" aria-label="Table"><table>')
    .replaceAll('</table>', '</table></div>');
