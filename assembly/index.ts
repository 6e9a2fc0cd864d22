// The exports of the module.

export { run } from "./executor";
export { draw, likeliest, logProbability, penalize } from "./kernels/draw";
export { binaryCrossEntropy } from "./kernels/loss";
export { mixture } from "./kernels/mixture";
export { chance, drawBits, drawDensity, logChance } from "./kernels/numbers";
export { firstNonFinite } from "./kernels/reduce";
export { addSquare, factor, gatherPanels, inverseDiagonal } from "./kernels/ridge";
