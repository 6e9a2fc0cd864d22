// The exports of the module.

export { run } from "./executor";
export { draw, likeliest, logProbability, penalize } from "./kernels/draw";
export { addSquare, factor, gatherPanels, inverseDiagonal } from "./kernels/ridge";
