import { t } from '../texts/texts.ts';
import type { UncloudedSwipeElement } from './api.ts';

/**
 * For a page that was opened from disk: browsers let it read no file beside it, so the user hands the files over.
 * Which is which, their names say.
 */
export function fileChooser(element: UncloudedSwipeElement): HTMLElement {
  const form = document.createElement('form');
  form.className = 'chooser';
  const text = document.createElement('p');
  text.textContent = t(
    'This page was opened from a disk, where browsers let it read no files by itself. Choose the images of this folder: before.tif and after.tif, and mask.tif and provenance.tif where they are there.',
  );
  const label = document.createElement('label');
  const input = document.createElement('input');
  input.type = 'file';
  input.multiple = true;
  input.accept = '.tif,.tiff';
  label.append(`${t('Images:')} `, input);
  const problem = document.createElement('p');
  problem.setAttribute('role', 'alert');
  form.append(text, label, problem);
  input.addEventListener('change', () => {
    const files = [...(input.files ?? [])];
    const named = (name: string) => files.find((file) => file.name.toLowerCase().startsWith(name));
    const [before, after] = [named('before'), named('after')];
    if (!before || !after) {
      problem.textContent = t('Two files are needed whose names begin with “before” and “after”.');
      return;
    }
    element.sources = { before, after, mask: named('mask'), provenance: named('provenance') };
    form.remove();
  });
  return form;
}
