"""Times a whole training step of the character network in PyTorch on one thread and prints milliseconds, one JSON line.

usage: pytorch.py CELL HIDDEN [REPETITIONS]      CELL: rnn, lstm or gru; the symbols are one-hot (as nn.RNN takes them) or embedded rows
"""
import json
import sys
import time

import torch

torch.set_num_threads(1)
cell, hidden = sys.argv[1], int(sys.argv[2])
repetitions = int(sys.argv[3]) if len(sys.argv) > 3 else 20
symbols, batch, steps = 64, 32, 64
torch.manual_seed(1)


def measure(first):
    """first: 'one-hot' multiplies a one-hot vector by the weight, 'gathered' takes the weight's row instead."""
    kind = {"rnn": torch.nn.RNN, "lstm": torch.nn.LSTM, "gru": torch.nn.GRU}[cell]
    recurrent = kind(symbols, hidden)
    read_out = torch.nn.Linear(hidden, symbols)
    parameters = [*recurrent.parameters(), *read_out.parameters()]
    optimizer = torch.optim.Adam(parameters, lr=1e-3)
    eye = torch.eye(symbols)
    x = torch.randint(symbols, (steps, batch))
    y = torch.randint(symbols, (steps, batch))
    times = []
    for _ in range(repetitions + 5):
        start = time.perf_counter()
        optimizer.zero_grad(set_to_none=True)
        one_hot = eye[x]
        h, _ = recurrent(one_hot)
        loss = torch.nn.functional.cross_entropy(read_out(h).reshape(-1, symbols), y.reshape(-1))
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 5)
        optimizer.step()
        times.append((time.perf_counter() - start) * 1000)
    times = sorted(times[5:])
    return times[len(times) // 2]


print(json.dumps({"cell": cell, "hidden": hidden, "milliseconds": measure("one-hot")}))
