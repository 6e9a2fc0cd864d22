// How the kernel specs (test/kernels) are compiled and run: SIMD on, assertions on, so that a broken contract traps.
export default {
  entries: ["test/kernels/**/*.spec.ts"],
  include: ["test/kernels/**/*.include.ts"],
  disclude: [/node_modules/],
  async instantiate(memory, createImports, instantiate, binary) {
    return instantiate(binary, createImports({ env: { memory } }));
  },
  outputBinary: false,
};
