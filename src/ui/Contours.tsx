const RINGS = 11;
const POINTS = 160;

/** Closed contour lines around a summit; lobes make them look like terrain. Drawing units are a 1200 x 800 box. */
function ring(cx: number, cy: number, radius: number, phase: number): string {
  const at = (i: number): [number, number] => {
    const angle = (i / POINTS) * 2 * Math.PI;
    const lobes =
      1 +
      0.13 * Math.sin(2 * angle + phase) +
      0.08 * Math.sin(3 * angle - 1.7 * phase + radius / 190) +
      0.035 * Math.sin(7 * angle + 0.6 * phase + radius / 60);
    return [cx + radius * lobes * 1.25 * Math.cos(angle), cy + radius * lobes * Math.sin(angle)];
  };
  const points = Array.from({ length: POINTS }, (_, i) =>
    at(i)
      .map((v) => v.toFixed(1))
      .join(' '),
  );
  return `M${points.join('L')}Z`;
}

const SUMMITS = [
  { x: 250, y: 610, phase: 0.4, step: 43 },
  { x: 985, y: 205, phase: 2.3, step: 39 },
];

const LINES = SUMMITS.flatMap(({ x, y, phase, step }) =>
  Array.from({ length: RINGS }, (_, i) => ({
    id: `${x}-${i}`,
    path: ring(x, y, 18 + i * step, phase + i * 0.05),
    index: i % 5 === 4,
  })),
);

/** The quiet background of the empty page. */
export function Contours() {
  return (
    <svg className="contours" viewBox="0 0 1200 800" preserveAspectRatio="xMidYMid slice" aria-hidden="true">
      {LINES.map(({ id, path, index }) => (
        <path key={id} d={path} strokeWidth={index ? 1.6 : 0.8} />
      ))}
    </svg>
  );
}
