// Every public name of `unrolled/inspect`: what the gradient does on its way through time.

export type { Matrix } from "./matrix.ts";
export { type LayerPaths, type PathOptions, type Paths, paths, type Range } from "./paths.ts";
export { type Eigenvalue, eigenvalues, setSpectralRadius, singularValues, spectralRadius } from "./spectrum.ts";
