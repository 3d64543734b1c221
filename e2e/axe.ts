import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from '@playwright/test';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Violations of WCAG 2.2 A and AA, and serious ones of other rules, on the page as it is. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axeSource);
  // Colours that fade into others would be judged half-way; waiting for them would hang where no frame is drawn.
  await page.evaluate(() => {
    for (const animation of document.getAnimations()) {
      if (animation.effect?.getComputedTiming().endTime !== Infinity) animation.finish();
    }
  });
  return page.evaluate(async () => {
    type Violation = { id: string; impact: string; tags: string[]; nodes: { html: string }[] };
    const { axe } = window as unknown as { axe: { run(): Promise<{ violations: Violation[] }> } };
    const found = (await axe.run()).violations;
    return found
      .filter(
        ({ impact, tags }) => /serious|critical/.test(impact) || tags.some((tag) => tag.startsWith('wcag')),
      )
      .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
  });
}
