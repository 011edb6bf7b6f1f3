"""Formulas made to deceive the judge, and right ones that are easily taken for wrong.

Each wrong one has another value than the KL for some vectors or at some point, as its line says; each right
one is the KL of every latent.
"""

from __future__ import annotations

import pytest

from klcli.errors import KlcliError
from klcli.formula.program_reader import read_program
from klcli.judge.answer import verify
from klcli.judge.question import Question
from klcli.judge.scaled_kl import FixedPrior

NOT_THE_KL = [
    # Terms that are summed and averaged differently.
    "0.5*torch.sum(var - 1 - torch.log(var), 1) + 0.5*torch.mean(mu**2, 1)",
    "0.5*torch.mean(torch.sum(var + mu**2 - 1, 1)) - 0.5*torch.sum(torch.mean(torch.log(var), 1))",
    "0.5*torch.mean(torch.sum(var - 1 - torch.log(var), 1)) + 0.5*torch.sum(mu**2)",
    "0.5*torch.mean(torch.sum(var + mu**2 - 1, 1)) - 0.5*torch.mean(torch.log(var))",
    "-0.5 * torch.sum(1 + logvar - logvar.exp()) + 0.5 * mu**2",
    # Functions of sums.
    "0.5 * (mu.sum(1).pow(2) + logvar.exp().sum(1) - 1 - logvar.sum(1))",
    "0.5 * (torch.sum(mu**2 - 1 - logvar, 1) + torch.exp(logvar.sum(1)))",
    "0.5*torch.sum(var + mu**2 - 1) - 0.5*torch.log(torch.sum(var))",
    "torch.sum(mu) * torch.sum(mu) / 2 + 0.5*torch.sum(torch.exp(logvar) - 1 - logvar)",
    "0.5*(E[mu]^2 + exp(s) - 1 - s)",
    "0.5*torch.sum((mu - mu.mean())**2 + mu**2 + torch.exp(logvar) - 1 - logvar)",
    # Clips that bind.
    "torch.clamp(0.5 * (mu**2 + std**2 - 1 - 2 * std.log()), max=0.)",
    "torch.min(0.5*(mu**2 + var - 1 - torch.log(var)), 1)",
    "torch.clamp(mu**2 + logvar.exp(), min=2) * 0.5 - 0.5 - 0.5*logvar",
    "0.5*(torch.clamp(mu**2 + logvar.exp(), max=0.01) - 1 - logvar)",
    "0.5*(torch.clamp(mu**2, max=0.01) + logvar.exp() - 1 - logvar)",
    "0.5*(mu.clamp(-0.1, 0.1)*mu + logvar.exp() - 1 - logvar)",
    # Small things that are not there to keep a logarithm finite.
    "0.5*(logvar.exp() + (mu + delta)**2 - 1 - logvar)",
    "0.5*(logvar.exp() + (mu + mu_delta)**2 - 1 - logvar)",
    "0.5*(torch.exp(logvar + sigma_delta) + mu**2 - 1 - logvar)",
    "z = mu + eps; 0.5*(std**2 + z**2 - 1) - log(std)",
    # Assignments in Python's order.
    "var, logvar = logvar.exp(), var.log(); -0.5*(1+logvar-mu**2-var)",
    "s = self.a(h); v = s.exp(); s = self.b(h); 0.5*(v + mu**2 - 1 - s)",
    "a = mu**2; mu = foo(mu); 0.5*(a/2 + mu**2/2 + exp(s) - 1 - s)",
    "kl = mu**7*exp(logvar)\nreturn kl\nkl = 0.5*(mu**2 + logvar.exp() - 1 - logvar)",
    # Objects that change in place.
    "v = logvar; v.exp_(); -0.5*(1+logvar-mu**2-v)",
    "v = logvar; v *= 2; -0.5*(1+logvar-mu**2-(v/2).exp())",
    "var = torch.exp_(logvar); -0.5*(1+logvar-mu**2-var)",
    "logvar.view(-1).exp_(); 0.5*(logvar.exp() + mu**2 - 1 - logvar)",
    "logvar.data.exp_(); 0.5*(logvar.exp() + mu**2 - 1 - logvar)",
    "v = logvar.exp(); v.copy_(mu); 0.5*(v + mu**2 - 1 - logvar)",
    "a = logstd; logstd = logstd * 0.01; 0.5 * (torch.exp(2*a) + mu**2 - 1 - 2*logstd)",
    # The number of examples in the place of that of dimensions.
    # What is the KL nearly everywhere, or at simple points.
    "0.5*(exp(s)+mu^2-1-s) + abs(mu-10) + mu - 10",
    "0.5*(exp(s)+mu^2-1-s) + abs(s+20) - s - 20",
    "0.5*(exp(s)+mu^2-1-s) + (mu-0.37)*(mu+1.13)*(mu-2.41)*(mu+0.71)*(mu-1.57)*(mu+2.03)*(mu-0.89)*(mu-3.07)*(mu+1.79)*(mu-0.13)",
    "0.5*(exp(s)+mu^2-1-s) + 1e-10*1e-10*1e-10*1e-10*1e-10*1e-10*mu^4",
    "0.5*(exp(s)+mu^2-1-s) + exp(-300)*mu^4",
    "0.5*(exp(s)+mu^2-1-s) + (10^(-9))^9*mu^4*10^30",
]


@pytest.mark.parametrize("text", NOT_THE_KL)
def test_what_is_not_the_kl_is_not_exact(text: str) -> None:
    try:
        found = verify(read_program(text))
    except KlcliError:
        return  # refused, which is an answer, too
    assert found.best.kind not in ("exact", "scaled")


def test_an_object_that_is_changed_where_it_is_used_is_refused() -> None:
    with pytest.raises(KlcliError, match="logvar is changed in place where it is used"):
        read_program("0.5*(mu**2 - 1 - (logvar - logvar.exp_()))")


C = "torch.sum(1 + logvar - mu**2 - logvar.exp())"

THE_KL = [
    ("0.5 * (mu.pow(2).sum(1) + logvar.exp().sum(1) - logvar.sum(1) - mu.shape[1])", "exact"),
    ("0.5 * (mu.pow(2).sum(1) + logvar.exp().sum(1) - logvar.sum(1) - args.z_dim)", "exact"),
    ("0.5 * (mu.pow(2).sum(1) + logvar.exp().sum(1) - logvar.sum(1) - self.hidden_dim)", "exact"),
    ("0.5 * (mu.pow(2).sum(1) + logvar.exp().sum(1) - logvar.sum(1) - cfg.latent_size)", "exact"),
    ("0.5 * (mu.pow(2).sum(1) + logvar.exp().sum(1) - logvar.sum(1) - self.num_latents)", "exact"),
    ("torch.sum(-torch.log(std) + 0.5 * (std**2 + mu**2)) - 0.5 * mu.shape[-1]", "scaled"),
    ("torch.sum(-torch.log(std) + 0.5 * (std**2 + mu**2)) - 0.5 * mu.numel()", "exact"),
    ("0.5 * (torch.sum(mu**2 + var - torch.log(var), 1) - mu.shape[0])", "scaled"),
    ("0.5 * (torch.sum(mu**2 + var - torch.log(var), 1) - mu.shape[1])", "exact"),
    (f"(1 - self.alpha) * (-0.5 * {C})", "scaled"),
    ("torch.sum(kl_mask * 0.5 * (torch.exp(logvar) + mu**2 - 1. - logvar)) / torch.sum(kl_mask)", "scaled"),
    ("((0.5 * (torch.exp(logvar) + mu**2 - 1. - logvar)) * mask).sum() / mask.sum()", "scaled"),
    (f"self.gamma * torch.abs(-0.5 * {C} - self.C)", "other"),
    (f"x = self.fc_mu(h); mu = x; x = self.fc_var(h); logvar = x; -0.5 * {C}", "exact"),
    (f"out = self.enc1(x); mu = out[0]; out = self.enc2(x); logvar = out[0]; -0.5 * {C}", "exact"),
    ("mu, logvar = logvar, mu; -0.5 * (1 + mu - logvar**2 - mu.exp())", "exact"),
    ("std = 0.1 + F.softplus(raw); 0.5 * (mu**2 + std**2 - 1) - std.log()", "exact"),
    ("0.5 * torch.sum(torch.pow(self.mean, 2) + self.var - 1.0 - self.logvar, dim=[1, 2, 3])", "exact"),
    ("0.5 * (logvar.T.exp() + mu.T**2 - 1 - logvar.T)", "exact"),
    (f"torch.clamp(-0.5 * {C}, min=self.free_bits)", "exact"),
    (f"kl = -0.5 * {C}; torch.max(kl_min, kl)", "exact"),
    (f"torch.clamp(-0.5 * {C}, min=0.5)", "exact"),
    ("-0.5 * K.sum(1 + K.log(K.square(sigma) + K.epsilon()) - K.square(mu) - K.square(sigma))", "exact"),
    (f"-0.5 * {C} / mu.size()[0]", "exact"),
    (f"-0.5 * {C} / tf.cast(tf.shape(mu)[0], tf.float32)", "exact"),
    (f"-0.5 * {C} / mu.numel()", "scaled"),
    (f"recon = F.mse_loss(x_hat, x); kld = -0.5 * {C}; loss = w_rec * recon + w_kl * kld", "scaled"),
    ("0.5 * (mu @ mu + torch.sum(logvar.exp() - 1 - logvar))", "exact"),
    ("logvar = logvar.clamp(-10, 10); std = torch.exp(logvar/2); 0.5*(std**2 + mu**2 - 1 - logvar)", "exact"),
    ("0.5*(exp(s) + mu^2 - 1 - s) + 784", "scaled"),
    # Forms that stand in public code.
    (
        "torch.mean(torch.square(target - out)) - 0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())",
        "exact",
    ),
    ("-0.5 * tf.reduce_sum(1 + log_var - tf.square(mean) - tf.exp(log_var + 1e-8), axis=1)", "exact"),
    ("-0.5 * torch.sum(1 + var - mean**2 - torch.exp(var + self.eps), dim=1)", "exact"),
    (
        "var = logvar.exp(); ratio = var / self.prior_var; diff = mu - self.prior_mu; "
        "shift = diff * diff / self.prior_var; logs = self.prior_var.log() - logvar; "
        "kl = 0.5 * ((ratio + shift + logs).sum(axis=1) - self.args.num_topics); return kl.mean()",
        "exact",
    ),
    (
        "kl = logs_p - logs_q - 0.5; kl += 0.5 * ((z_p - m_p)**2) * torch.exp(-2. * logs_p); "
        "kl = torch.sum(kl * z_mask); l = kl / torch.sum(z_mask); return l",
        "scaled",
    ),
    (
        "mean = mean * 0.1; logstd = logstd * 0.01; "
        "kl = 0.5 * torch.sum(torch.exp(2 * logstd) + mean**2 - 1.0 - 2 * logstd)",
        "exact",
    ),
    ("0.5 * (np.sum(mu**2 + var - np.log(var)) - len(mu))", "scaled"),
    (f"kl = -0.5 * {C}; kl_weight = min(1.0, step/warmup); kl_weight * kl", "scaled"),
    (f"loss = rec - 0.5 * {C}; loss = loss / x.size(0)", "exact"),
    ("log_sigma = log_sigma + 0.3; kld = -0.5 * (1 + log_sigma - mu.pow(2) - (log_sigma).exp())", "exact"),
    (
        "s1 = torch.exp(logstd); s2 = torch.exp(p_logstd); 0.5 * (2*torch.log(s2 + self.eps) - 2*torch.log(s1 + "
        "self.eps) + (torch.pow(s1 + self.eps, 2) + torch.pow(mu - p_mu, 2)) / torch.pow(s2 + self.eps, 2) - 1)",
        "exact",
    ),
    ("kl = 0.5 * (logvar.exp() + mu**2 - 1 - logvar); torch.clamp(kl, min=-100.0, max=100.0)", "exact"),
    (
        "kl = 0.5 * (var1/var2 + (mu2 - mu1)**2/(var2 + 1e-300) - 1 + np.log(var2) - np.log(var1)); max(0.0, kl)",
        "exact",
    ),
    ("0.5*(exp(s) + mu^2 - 1 - s) * 1e-30", "scaled"),
]


@pytest.mark.parametrize(("text", "kind"), THE_KL)
def test_what_is_the_kl_is_recognised(text: str, kind: str) -> None:
    assert verify(read_program(text)).best.kind == kind


def test_clips_of_the_head_are_warned_about_where_they_bind() -> None:
    found = verify(read_program("s = logvar.clamp(max=0); 0.5*(mu**2 + s.exp() - 1 - s)"))
    assert any("the sampler has to clip it, too" in condition.text for condition in found.conditions)
    wide = verify(read_program("s = logvar.clamp(-20, 20); 0.5*(mu**2 + s.exp() - 1 - s)"))
    assert not any("the sampler" in condition.text for condition in wide.conditions)


def test_an_extreme_prior_breaks_nothing() -> None:
    prior = FixedPrior(variance=FixedPrior().variance / 10**600)
    found = verify(read_program("0.5*(exp(s)+mu^2-1-s)"), Question(prior=prior))
    assert found.best.kind == "other-prior"


def test_names_of_a_prior_are_looked_at_too() -> None:
    text = "0.5*(sigma_p - logvar_q + exp(logvar_q - sigma_p) + (mu_q-mu_p)**2 * exp(-sigma_p) - 1)"
    found = verify(read_program(text))
    assert found.best.kind == "exact"
    assert any("sigma_p suggests a standard deviation" in warning for warning in found.warnings)


@pytest.mark.parametrize(
    ("text", "corrected"),
    [
        ("0.5 * (sigma**2 + mu**2 - 1 - 2*sigma)", "0.5 * (sigma**2 + mu**2 - 1 - 2*log(sigma))"),
        ("-0.5 * (1 + logvar - mu**2 - logvar)", "-0.5 * (1 + logvar - mu**2 - exp(logvar))"),
    ],
)
def test_python_without_calls_is_corrected_in_python(text: str, corrected: str) -> None:
    assert verify(read_program(text)).best.corrected == corrected


def test_the_kl_of_an_elbo_has_the_sign_of_an_elbo() -> None:
    assert verify(read_program(f"elbo = log_px + 0.5 * {C}")).best.kind == "exact"
    best = verify(read_program(f"elbo = log_px - 0.5 * {C}")).best
    assert best.mistake is not None
    assert (best.kind, best.mistake.code) == ("wrong", "KL109")
