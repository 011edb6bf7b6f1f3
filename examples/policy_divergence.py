"""How far has a fine-tuned policy drifted from its reference? An estimate from log-probabilities.

Two softmax policies over 50 actions stand for language models. `klcli estimate` reads one row for each
sampled action: log q of the policy and log p of the reference.
"""

import subprocess
import sys

import numpy as np

generator = np.random.default_rng(0)
reference = generator.standard_normal(50)
policy = reference + 0.3 * generator.standard_normal(50)
log_p = reference - np.logaddexp.reduce(reference)
log_q = policy - np.logaddexp.reduce(policy)

actions = generator.choice(50, size=20_000, p=np.exp(log_q))
rows = "\n".join(f"{log_q[action]},{log_p[action]}" for action in actions)
table = f"log_q,log_p\n{rows}\n"

command = [sys.executable, "-m", "klcli", "estimate", "-"]
print(subprocess.run(command, input=table, text=True, capture_output=True, check=True).stdout)
print(f"by summation over all actions: {np.sum(np.exp(log_q) * (log_q - log_p)):.6f} nats")
