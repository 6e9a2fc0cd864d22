// Eigenvalues in the complex plane, with the unit circle: within it a linear recurrence shrinks, outside it explodes.

import { drawTitle, linearAxis, round, text } from "./axes.ts";
import { checkSpectra } from "./checked.ts";
import type { SpectrumOptions } from "./records.ts";
import { FAINT, GRID, INK, SERIES, widthOf } from "./style.ts";
import { element, label, picture } from "./svg.ts";

const SIZE = 420;
const LEFT = 70;
const TOP = 46;

/**
 * The eigenvalues of one or several matrices as points, the unit circle, and for each the spectral radius ρ = max |λ| as a dashed circle
 * and as a number.
 *
 * @throws TypeError if there is no set, or an eigenvalue is no pair of finite numbers
 */
export function spectrum(options: SpectrumOptions): string {
  const { title, sets } = checkSpectra(options);
  const radii = sets.map(({ eigenvalues }) => eigenvalues.reduce((most, { re, im }) => Math.max(most, Math.hypot(re, im)), 0));
  const reach = 1.12 * Math.max(1, ...radii);
  const across = linearAxis([-reach, reach], [LEFT, LEFT + SIZE], 7, false);
  const down = linearAxis([-reach, reach], [TOP + SIZE, TOP], 7, false);
  const [x0, y0] = [across.scale(0), down.scale(0)];
  const unit = across.scale(1) - x0;
  const most = Math.max(...sets.map(({ eigenvalues }) => eigenvalues.length));
  const size = most > 600 ? 1.8 : most > 150 ? 2.4 : 3.4;
  const grid = [
    ...across.ticks.map(({ at }) => element("path", { d: `M${round(at)},${TOP}v${SIZE}`, stroke: GRID })),
    ...down.ticks.map(({ at }) => element("path", { d: `M${LEFT},${round(at)}h${SIZE}`, stroke: GRID })),
    element("path", { d: `M${round(x0)},${TOP}v${SIZE}M${LEFT},${round(y0)}h${SIZE}`, stroke: "#b4bdc8" }),
    ...across.ticks.map(({ at, text: said }) => label(said, at, TOP + SIZE + 18, { ...text(11, FAINT), "text-anchor": "middle" })),
    ...down.ticks.map(({ at, text: said }) => label(said, LEFT - 8, at + 4, { ...text(11, FAINT), "text-anchor": "end" })),
    label("real part", LEFT + SIZE / 2, TOP + SIZE + 38, { ...text(12), "text-anchor": "middle" }),
    element(
      "g",
      { transform: `translate(${LEFT - 48} ${TOP + SIZE / 2}) rotate(-90)` },
      label("imaginary part", 0, 0, { ...text(12), "text-anchor": "middle" }),
    ),
  ];
  const points = sets.flatMap(({ eigenvalues }, index) => {
    const color = SERIES[index % SERIES.length];
    const circle = element("circle", {
      cx: x0,
      cy: y0,
      r: radii[index] * unit,
      fill: "none",
      stroke: color,
      "stroke-width": 1.2,
      "stroke-dasharray": "5 4",
    });
    const dots = eigenvalues.map(({ re, im }) =>
      element("circle", {
        cx: across.scale(re),
        cy: down.scale(im),
        r: size,
        fill: color,
        "fill-opacity": 0.75,
        stroke: "#ffffff",
        "stroke-width": 0.6,
      }),
    );
    return [circle, ...dots];
  });
  const legend = [
    { said: "unit circle", color: INK, radius: null },
    ...sets.map(({ label: name }, index) => ({ said: name, color: SERIES[index % SERIES.length], radius: radii[index] })),
  ].map(({ said, color, radius }, index) => {
    const y = TOP + 14 + index * 40;
    const x = LEFT + SIZE + 26;
    return radius === null
      ? element("path", { d: `M${x},${y - 4}h20`, stroke: color, "stroke-width": 1.6 }) + label(said, x + 28, y, text(12))
      : element("circle", { cx: x + 10, cy: y - 4, r: 4, fill: color }) +
          label(said, x + 28, y, text(12)) +
          label(`ρ = ${radius.toPrecision(4)}`, x + 28, y + 17, { ...text(12, FAINT) });
  });
  const room = Math.max(...sets.map(({ label: name }) => widthOf(name, 12)), widthOf("ρ = 0.00000", 12), widthOf("unit circle", 12));
  return picture(
    Math.max(LEFT + SIZE + 26 + 28 + room + 20, 28 + widthOf(title, 15) * 1.1),
    TOP + SIZE + 56,
    title,
    drawTitle(title, LEFT),
    grid.join(""),
    element("circle", { cx: x0, cy: y0, r: unit, fill: "none", stroke: INK, "stroke-width": 1.6 }),
    points.join(""),
    legend.join(""),
  );
}
