/**
 * Draws the map's canvases over one another as the browser shows them, divider included, as PNG at device
 * resolution.
 */
export function composeSnapshot(target: HTMLElement): Promise<Blob> {
  const box = target.getBoundingClientRect();
  const ratio = window.devicePixelRatio;
  const picture = document.createElement('canvas');
  picture.width = Math.round(box.width * ratio);
  picture.height = Math.round(box.height * ratio);
  const context = picture.getContext('2d') as CanvasRenderingContext2D;
  context.fillStyle = getComputedStyle(target).backgroundColor;
  context.fillRect(0, 0, picture.width, picture.height);
  for (const canvas of target.querySelectorAll<HTMLCanvasElement>('.ol-layers canvas')) {
    if (canvas.width === 0 || canvas.height === 0) continue;
    const layer = canvas.closest<HTMLElement>('[class*="layer-"]') ?? canvas;
    const { clipPath } = getComputedStyle(layer);
    const [left, right] = clippedEdges(clipPath, box.width);
    context.save();
    context.beginPath();
    context.rect(left * ratio, 0, (right - left) * ratio, picture.height);
    context.clip();
    context.globalAlpha = Number(layer.style.opacity || canvas.style.opacity || 1);
    context.drawImage(canvas, 0, 0, picture.width, picture.height);
    context.restore();
  }
  return new Promise((resolve, reject) => {
    picture.toBlob(
      (blob) => (blob ? resolve(blob) : reject(new Error('The picture is empty.'))),
      'image/png',
    );
  });
}

/** Left and right edge in CSS pixels of what `inset(0 R 0 L)` leaves visible of `width`. */
export function clippedEdges(clipPath: string, width: number): [number, number] {
  const inset = /^inset\((.*)\)$/.exec(clipPath);
  if (inset === null) return [0, width];
  const parts = inset[1].split(/\s+/);
  const length = (text: string) =>
    text.endsWith('%') ? (parseFloat(text) / 100) * width : parseFloat(text) || 0;
  const right = length(parts[1] ?? parts[0]);
  const left = length(parts[3] ?? parts[1] ?? parts[0]);
  return [left, width - right];
}
