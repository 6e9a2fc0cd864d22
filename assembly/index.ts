// The exports of the module.

export { run } from "./executor";
export { draw } from "./kernels/draw";
