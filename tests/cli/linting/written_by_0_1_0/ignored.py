import torch


def kl_of_log_sigma(mu, log_sigma):
    return -0.5 * torch.sum(1 + log_sigma - mu.pow(2) - torch.exp(2 * log_sigma))  # klcli: ignore[KL101]


def kl_counted_twice(mu, logvar):
    return -0.5 * torch.sum(1 + 2 * logvar - mu.pow(2) - logvar.exp())  # klcli: ignore[KL102]


def kl_with_half_missing(mu, logvar):
    return -torch.sum(1 + logvar - mu.pow(2) - 0.5 * logvar.exp())  # klcli: ignore[KL106]


def kl_with_plus(mu, logvar):
    return -0.5 + torch.sum(1 + logvar - mu.pow(2) - logvar.exp())  # klcli: ignore[KL107]


def kl_with_a_sign(mu, logvar):
    return -0.5 * torch.sum(1 + logvar + mu.pow(2) - logvar.exp())  # klcli: ignore[KL108]


def kl_averaged(mu, logvar):
    return -0.5 * torch.mean(1 + logvar - mu.pow(2) - logvar.exp())  # klcli: ignore[KL206]


def drawn(mu, logvar):
    return mu + torch.exp(0.5 * logvar) * torch.rand_like(mu)  # klcli: ignore[KL202]
