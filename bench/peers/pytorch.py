"""Times whole training steps of the character network in PyTorch on one thread, by the peers' protocol (bench/README.md).

usage: pytorch.py CELL HIDDEN [FIRST]      Reads counts of steps, answers milliseconds of processor time a step.
CELL: rnn, lstm or gru. FIRST: one-hot (as nn.RNN takes symbols; the default), or ready, whose one-hot rows are made beforehand.
"""
import json
import sys
import time

import torch

torch.set_num_threads(1)
cell, hidden = sys.argv[1], int(sys.argv[2])
ready = len(sys.argv) > 3 and sys.argv[3] == "ready"
symbols, batch, steps = 64, 32, 64
torch.manual_seed(1)

recurrent = {"rnn": torch.nn.RNN, "lstm": torch.nn.LSTM, "gru": torch.nn.GRU}[cell](symbols, hidden)
read_out = torch.nn.Linear(hidden, symbols)
parameters = [*recurrent.parameters(), *read_out.parameters()]
optimizer = torch.optim.Adam(parameters, lr=1e-3)
eye = torch.eye(symbols)
x = torch.randint(symbols, (steps, batch))
y = torch.randint(symbols, (steps, batch))
made = eye[x]


def step():
    """One step: rows of ones and zeros, forward, backward, clip by norm, Adam."""
    optimizer.zero_grad(set_to_none=True)
    h, _ = recurrent(made if ready else eye[x])
    loss = torch.nn.functional.cross_entropy(read_out(h).reshape(-1, symbols), y.reshape(-1))
    loss.backward()
    torch.nn.utils.clip_grad_norm_(parameters, 5)
    optimizer.step()
    return loss.item()


def answer(record):
    print(json.dumps(record), flush=True)


answer({"ready": f"PyTorch {torch.__version__}"})
for line in sys.stdin:
    start = time.process_time()
    for _ in range(int(line)):
        step()
    answer({"milliseconds": (time.process_time() - start) * 1000 / int(line)})
