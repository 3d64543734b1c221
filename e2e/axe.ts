import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from '@playwright/test';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Violations of WCAG 2.2 A and AA, and serious ones of other rules, on the page as it is. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axeSource);
  return page.evaluate(async () => {
    type Violation = { id: string; impact: string; tags: string[]; nodes: { html: string }[] };
    const { axe } = window as unknown as { axe: { run(): Promise<{ violations: Violation[] }> } };
    // Colours that fade into others would be judged half-way.
    const still = new CSSStyleSheet();
    still.replaceSync('*, ::before, ::after { transition: none !important; }');
    document.adoptedStyleSheets.push(still);
    const found = (await axe.run()).violations;
    document.adoptedStyleSheets.splice(document.adoptedStyleSheets.indexOf(still), 1);
    return found
      .filter(
        ({ impact, tags }) => /serious|critical/.test(impact) || tags.some((tag) => tag.startsWith('wcag')),
      )
      .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
  });
}
