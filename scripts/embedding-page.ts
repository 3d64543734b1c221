import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Marked } from 'marked';
import type { Plugin } from 'vite';
import { escapeHtml } from '../src/pipeline/html.ts';
import { contentSecurityPolicy } from './content-security-policy.ts';

const TEXT = 'docs/embedding.md';
const STYLE = 'docs/embedding.css';

/** Renders docs/embedding.md to the page `embedding.html` of the build, with its examples alive. */
export function embeddingPage(): Plugin {
  return {
    name: 'embedding-page',
    apply: 'build',
    writeBundle({ dir }) {
      if (!dir) return;
      writeFileSync(join(dir, 'embedding.html'), renderPage(readFileSync(TEXT, 'utf8')));
      copyFileSync(STYLE, join(dir, 'embedding.css'));
    },
  };
}

/** A page of Markdown. Blocks marked `html live` stand in it as they are, and again as text. */
export function renderPage(markdown: string): string {
  const title = /^# (.*)$/m.exec(markdown)?.[1] ?? 'Unclouded';
  const marked = new Marked({
    renderer: {
      code({ text, lang }) {
        const shown = `<pre tabindex="0"><code>${escapeHtml(text)}</code></pre>\n`;
        return lang === 'html live' ? `<div class="example">\n${text}\n</div>\n${shown}` : shown;
      },
      table(token) {
        const row = (cells: readonly { tokens: (typeof token.header)[number]['tokens'] }[], tag: string) =>
          `<tr>${cells.map(({ tokens }) => `<${tag}>${this.parser.parseInline(tokens)}</${tag}>`).join('')}</tr>`;
        const body = token.rows.map((cells) => row(cells, 'td')).join('\n');
        return `<div class="table" tabindex="0" role="region" aria-label="Table"><table>\n<thead>${row(token.header, 'th')}</thead>\n<tbody>${body}</tbody>\n</table></div>\n`;
      },
    },
  });
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta http-equiv="Content-Security-Policy" content="${contentSecurityPolicy}" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <title>${escapeHtml(title)}</title>
    <link rel="icon" href="icons/icon.svg" />
    <link rel="stylesheet" href="embedding.css" />
  </head>
  <body>
    <main>
${marked.parse(markdown, { async: false })}
    </main>
  </body>
</html>
`;
}
