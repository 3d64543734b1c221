import { expect, it } from 'vitest';
import { elementHtml, frameHtml, viewAttributes } from './share.ts';

const view = {
  bands: [3, 2, 1],
  stretch: [
    { low: 0.02, high: 0.3 },
    { low: 0.02, high: 0.25 },
    { low: 0, high: 0.2 },
  ],
  gamma: 1.2,
  overlay: 'mask',
  overlayOpacity: 0.5,
  swipe: 1 / 3,
  window: { x: 10.4, y: 20, width: 100.5, height: 90 },
} as const;
const scaled = (scale: number, offset: number) => [0, 1, 2].map(() => ({ scale, offset }));

it('a view is told as attributes', () => {
  const asKept = scaled(1e-4, -0.1);
  expect(viewAttributes(view, asKept, asKept)).toEqual({
    swipe: '0.333',
    bands: '4,3,2',
    stretch: '0.02,0.3;0.02,0.25;0,0.2',
    gamma: '1.2',
    overlay: 'mask',
    view: '10,20,101,90',
  });
  expect(viewAttributes({ ...view, window: null }, asKept, asKept)).not.toHaveProperty('view');
});

it('the stretch shows the same samples black and white to a reader that understands them otherwise', () => {
  const { stretch } = viewAttributes(view, scaled(1e-4, -0.1), scaled(1, 0));
  // Reflectance 0.02 was sample 1200.
  expect(stretch).toBe('1200,4000;1200,3500;1000,3000');
});

it('text in the HTML stays text', () => {
  const title = 'A "b" <script>alert(1)</script> & c';
  const frame = frameHtml(title, { swipe: '0.5' }, 'https://a.example/x/');
  expect(frame).not.toContain('<script>');
  expect(frame).toContain('src="https://a.example/x/embed.html?before=images/before.tif&amp;after=');
  expect(frame).toContain('title="A &quot;b&quot; &lt;script&gt;alert(1)&lt;/script&gt; &amp; c"');
  const element = elementHtml(title, { swipe: '0.5' }, 'https://a.example/x/', 'https://b.example/m.js');
  expect(element).toContain('\n  before="https://a.example/x/images/before.tif"');
  expect(element.match(/<script/g)).toHaveLength(1);
});
