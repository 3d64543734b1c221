/**
 * Draws the map's canvases over one another as the browser shows them, divider or halves included, as PNG at device
 * resolution.
 * @param credit a line for the lower right corner
 */
export function composeSnapshot(target: HTMLElement, credit: string | null): Promise<Blob> {
  const box = target.getBoundingClientRect();
  const ratio = window.devicePixelRatio;
  const [layers, context] = canvas(box, ratio);
  for (const source of target.querySelectorAll<HTMLCanvasElement>('.ol-layers canvas')) {
    if (source.width === 0 || source.height === 0) continue;
    const layer = source.closest<HTMLElement>('[class*="layer-"]') ?? source;
    const { clipPath, translate, mixBlendMode } = getComputedStyle(layer);
    const { left, top, right, bottom } = clippedBox(clipPath, box);
    const [dx, dy] = shift(translate, box);
    context.save();
    context.scale(ratio, ratio);
    context.translate(dx, dy);
    context.beginPath();
    context.rect(left, top, right - left, bottom - top);
    context.clip();
    context.globalAlpha = Number(layer.style.opacity || source.style.opacity || 1);
    if (mixBlendMode === 'difference') context.globalCompositeOperation = 'difference';
    context.drawImage(source, 0, 0, box.width, box.height);
    context.restore();
  }
  const [picture, paper] = canvas(box, ratio);
  paper.fillStyle = getComputedStyle(target).backgroundColor;
  paper.fillRect(0, 0, picture.width, picture.height);
  const stack = target.querySelector('.ol-layers');
  if (stack) paper.filter = getComputedStyle(stack).filter;
  paper.drawImage(layers, 0, 0);
  if (credit !== null) sign(paper, picture, ratio, credit);
  return new Promise((resolve, reject) => {
    picture.toBlob(
      (blob) => (blob ? resolve(blob) : reject(new Error('The picture is empty.'))),
      'image/png',
    );
  });
}

function canvas(box: DOMRect, ratio: number): [HTMLCanvasElement, CanvasRenderingContext2D] {
  const element = document.createElement('canvas');
  element.width = Math.round(box.width * ratio);
  element.height = Math.round(box.height * ratio);
  return [element, element.getContext('2d') as CanvasRenderingContext2D];
}

/** Writes a line into the lower right corner. */
function sign(paper: CanvasRenderingContext2D, { width, height }: Size, ratio: number, text: string): void {
  paper.filter = 'none';
  paper.font = `${11 * ratio}px system-ui, sans-serif`;
  paper.textAlign = 'right';
  paper.textBaseline = 'bottom';
  const room = { width: paper.measureText(text).width + 12 * ratio, height: 17 * ratio };
  paper.fillStyle = 'rgb(255 255 255 / 80%)';
  paper.fillRect(width - room.width, height - room.height, room.width, room.height);
  paper.fillStyle = '#333';
  paper.fillText(text, width - 6 * ratio, height - 2 * ratio);
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Length in CSS pixels of `12px` or `25%` of a whole. */
function length(text: string, whole: number): number {
  return text.endsWith('%') ? (Number.parseFloat(text) / 100) * whole : Number.parseFloat(text) || 0;
}

/** Edges in CSS pixels of what `inset(...)` leaves visible of a box. */
export function clippedBox(clipPath: string, { width, height }: Size) {
  const [top = '0', right = top, bottom = top, left = right] =
    /^inset\((.*)\)$/.exec(clipPath)?.[1].split(/\s+/) ?? [];
  return {
    left: length(left, width),
    top: length(top, height),
    right: width - length(right, width),
    bottom: height - length(bottom, height),
  };
}

/** The CSS property `translate` in CSS pixels. */
export function shift(translate: string, { width, height }: Size): [x: number, y: number] {
  const [x, y = '0'] = translate.split(/\s+/);
  return [length(x, width), length(y, height)];
}
