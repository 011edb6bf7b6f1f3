"""The commands: one module each, and what the list of commands says of it."""

COMMANDS = {
    "compute": "A KL divergence: closed form, integral, Monte Carlo, and the steps between.",
    "compare": "The KL formulas met online, under a reading of what the head means.",
    "verify": "What a formula really computes: which KL, under which reading, and what is wrong.",
    "lint": "The KL terms and the samples in Python files and notebooks, and what is wrong with them.",
    "trace": "What the loss of a running program is made of, and what is wrong with it.",
    "estimate": "A KL divergence from samples: k1, k2, k3, their errors, and what is wrong with the table.",
    "latents": "What the KL did to a data set: per example and latent, active units, collapse.",
    "runlog": "The KLs in the logs of a run: what they are, and where their levels changed.",
    "weight": "What the weight of a KL means: the effective beta of a loss, without any code.",
    "derive": "From the definition to the closed form, step by step, with proof.",
    "completion": "What makes a shell complete klcli's commands, options, codes and files.",
    "explain": "The page of a mistake, a reading, a verdict, and of how to use klcli.",
}
"""Every command is a module of this folder with a function of its name; it is imported when it is called."""
