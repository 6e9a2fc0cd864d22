// Activations that are more than one operation, in the same words as any user's own, and the table of those that have a name.

import { real } from "./real.ts";
import type { Value } from "./value.ts";
import { abs, add, clamp, div, exp, mul, relu, scale, shift, sigmoid, softplus, sub, tanh, unitStep } from "./words.ts";

/** min(x, 0), exact and with the gradient 1 at 0, where relu's is 0. */
const negative = (x: Value): Value => sub(x, relu(x));

/** slope·x + offset within [0, 1]. The defaults are those of Keras 3 and PyTorch; Keras 2 and ONNX have slope 0.2. */
export const hardSigmoid = (x: Value, slope = 1 / 6, offset = 0.5): Value =>
  clamp(shift(scale(x, real("hardSigmoid", slope)), real("hardSigmoid", offset)), 0, 1);

/** x where x > 0, else slope·x (Maas et al. 2013). The default is PyTorch's and ONNX's; Keras has 0.2. */
export const leakyRelu = (x: Value, slope = 0.01): Value => add(relu(x), scale(negative(x), real("leakyRelu", slope)));

/** x where x > 0, else a·(eˣ − 1) (Clevert et al. 2016). */
export const elu = (x: Value, a = 1): Value => add(relu(x), scale(shift(exp(negative(x)), -1), real("elu", a)));

/** 1.0507·elu(x, 1.6733): keeps mean 0 and variance 1 through many layers (Klambauer et al. 2017). */
export const selu = (x: Value): Value => scale(elu(x, 1.6732632423543772), 1.0507009873554805);

/** x / (1 + |x|) */
export const softsign = (x: Value): Value => div(x, shift(abs(x), 1));

/** x·sigmoid(x), also called swish (Elfwing et al. 2018, Ramachandran et al. 2017). */
export const silu = (x: Value): Value => mul(x, sigmoid(x));

/** x where x > threshold, else 0. */
export const thresholdedRelu = (x: Value, threshold = 1): Value => mul(x, unitStep(shift(x, -real("thresholdedRelu", threshold))));

/** a·tanh(b·x); LeCun (1998) has a = 1.7159 and b = 2/3. */
export const scaledTanh = (x: Value, a: number, b: number): Value => scale(tanh(scale(x, b)), a);

/** Activations by name; parameters as above. */
export const ACTIVATIONS = {
  tanh,
  sigmoid,
  hardSigmoid: (x: Value): Value => hardSigmoid(x),
  relu,
  leakyRelu: (x: Value): Value => leakyRelu(x),
  elu: (x: Value): Value => elu(x),
  selu,
  softsign,
  softplus,
  silu,
  identity: (x: Value): Value => x,
} as const;

/** `"tanh"`, `"relu"` and so on, as layers and cells take them. */
export type ActivationName = keyof typeof ACTIVATIONS;
/** A name, or a function in words: `(x) => scaledTanh(x, 1.7159, 2 / 3)`. Called while the model is defined, and not kept. */
export type Activation = ActivationName | ((x: Value) => Value);
