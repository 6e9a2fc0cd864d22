// A program as text: each command with what it goes over, where its operands lie, and the nodes that it computes; what is in a loop is set in.

import { expect, test } from "vitest";
import { compile, crossEntropy, dense, model, rnn, tokens } from "../../src/index.ts";
import { printProgram } from "../../src/program/print.ts";

test("commands are printed one a line, the body of a loop set in", async () => {
  using net = await compile(model({ input: tokens(5), layers: [rnn(4), dense(5)], loss: crossEntropy() }));
  const program = net.inside.get({ kind: "predict", raw: false }, 2, [3]);
  const lines = printProgram(program.commands).split("\n");
  expect(lines).toHaveLength(program.commands.length);
  lines.forEach((line, index) => {
    expect(line).toMatch(new RegExp(`^ *${index} +[a-zA-Z]+ +(rows \\d+|rows|runs|steps)`));
  });
  const loop = lines.findIndex((line) => / loop /.test(line));
  const { inner = 0, operands = [] } = program.commands[loop];
  expect(inner).toBeGreaterThan(0);
  expect(operands).toEqual([]);
  const indent = (line: string) => line.slice(4).search(/\S/);
  expect(lines.map(indent)).toEqual(lines.map((_, index) => (index > loop && index <= loop + inner ? 4 : 2)));
  const product = lines.find((line) => / gemm /.test(line));
  expect(product).toMatch(/inner 4 width 4 .*@[0-9a-f]+\+\d+t .*rnn/);
});
