#!/bin/sh
# A sanity check for CI: fails if the KL term of a model is not the KL it is meant to be.
#
# The model's encoder puts out a log-variance, and its loss is
#     kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
set -eu

loss='-0.5 * (1 + logvar - mu.pow(2) - logvar.exp())'

# Status 1 if the formula is not KL(q || N(0, 1)) when its head is a log-variance, or if the sample is drawn
# with another reading of the head.
klcli verify "$loss" --param logvar --sampler 'mu + torch.exp(0.5 * logvar) * torch.randn_like(mu)' -qq

# Status 1 if the closed form, the integral and Monte Carlo contradict each other at a point of interest.
klcli compute --mu 0.3 --logvar 0.36464311 -qq

# The bare number, for other tools.
value=$(klcli compute --mu 0.3 --logvar 0.36464311 -q)
echo "the loss is right; at mu = 0.3, logvar = 0.36464311 it is $value nats"
