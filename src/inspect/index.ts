// Every public name of `unrolled/inspect`: what the gradient does on its way through time.

export { type AttentionWeightsOptions, attentionWeights, type Translation } from "./alignment.ts";
export { type Flow, type FlowOptions, gradientFlow } from "./flow.ts";
export { type JacobianOptions, stepJacobian } from "./jacobian.ts";
export type { Matrix } from "./matrix.ts";
export { type MemoryCapacity, type MemoryCapacityOptions, memoryCapacity } from "./memory-capacity.ts";
export { type LayerPaths, type PathOptions, type Paths, paths, type Range } from "./paths.ts";
export { type Eigenvalue, eigenvalues, setSpectralRadius, singularValues, spectralRadius } from "./spectrum.ts";
export { type Growth, growth, type StatePlace, type StepJacobian } from "./step.ts";
