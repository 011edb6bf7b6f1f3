"""Forms of KL terms as they stand in real code, right ones and wrong ones, written for these tests."""

from __future__ import annotations

import textwrap

import pytest

from klcli.lint.findings.types import Linted
from klcli.lint.linter import linted
from klcli.lint.source.module import parsed


def lint(source: str) -> Linted:
    return linted(parsed(textwrap.dedent(source), "model.py"))


TORCH = """
    class Model(nn.Module):
        def draw(self, mu, logvar):
            std = torch.exp({factor} * logvar)
            noise = torch.randn_like(std)
            return mu + noise * std

        def loss(self, x, target, mu, logvar):
            error = F.mse_loss(x, target)
            penalty = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp(), dim=1).mean()
            return error + self.beta * penalty
"""

RIGHT = {
    "torch with its sampler": (TORCH.format(factor="0.5"), [("kl", "logvar"), ("sampler", "logvar")]),
    "several statements and in place": (
        """
        def penalty(m, log_scale):
            scale2 = torch.exp(log_scale) ** 2
            out = 1 + 2 * log_scale - m ** 2 - scale2
            out = out.sum(dim=-1)
            out *= -0.5
            return out.mean()
        """,
        [("kl", "logstd")],
    ),
    "rebinding a name": (
        """
        def step(mean, logvar):
            kl = 0.5 * (mean ** 2 + logvar.exp() - 1 - logvar)
            logvar = logvar.mul(0.5).exp_()
            z = mean + logvar * torch.randn_like(mean)
            return z, kl
        """,
        [("kl", "logvar"), ("sampler", "logvar")],
    ),
    "two Gaussians": (
        """
        def between(mean1, logvar1, mean2, logvar2):
            return 0.5 * (-1.0 + logvar2 - logvar1 + torch.exp(logvar1 - logvar2)
                          + ((mean1 - mean2) ** 2) * torch.exp(-logvar2))
        """,
        [("kl", "logvar")],
    ),
    "tensorflow, attributes and a gain to be maximised": (
        """
        class Optimizer:
            def __init__(self, model, n):
                self.cost = tf.reduce_mean(model.errors)
                self.kl = (0.5 / n) * tf.reduce_mean(tf.reduce_sum(
                    1 + 2 * model.log_std - tf.square(model.mean) - tf.square(tf.exp(model.log_std)), 1))
                self.cost -= self.kl
        """,
        [("kl", "logstd")],
    ),
    "a standard deviation": (
        """
        def penalty(mu, sigma):
            return torch.mean(torch.sum(0.5 * (mu ** 2 + sigma ** 2 - 1) - torch.log(sigma), dim=1))
        """,
        [("kl", "std")],
    ),
    "a chunk and subscripts": (
        """
        def forward(h):
            mu, logvar = h.chunk(2, dim=1)
            return -0.5 * (1 + logvar - mu ** 2 - logvar.exp()).sum(1)
        """,
        [("kl", "logvar")],
    ),
    "a loop that is no matter": (
        """
        def between(m1, lv1, m2, lv2):
            found = None
            for entry in (m1, lv1, m2, lv2):
                if isinstance(entry, torch.Tensor):
                    found = entry
            lv1, lv2 = [torch.as_tensor(entry).to(found) for entry in (lv1, lv2)]
            a, b = lv1 / 2.0, lv2 / 2.0
            return b - a + (torch.exp(lv1) + (m1 - m2) ** 2) / (2.0 * torch.exp(lv2)) - 0.5
        """,
        [("kl", "logvar")],
    ),
    "a mask, and a weight of the model": (
        """
        class Loss:
            def forward(self, m, log_s, m_0, log_s_0, mask):
                kl = log_s_0 - log_s + (torch.exp(2 * log_s) + (m - m_0) ** 2) / (2 * torch.exp(2 * log_s_0)) - 0.5
                kl = kl * mask
                return self.weight * kl.sum() / mask.sum()
        """,
        [("kl", "logstd")],
    ),
    "softplus of one half of the features": (
        """
        def step(x, h, n):
            mean = h[:, :n]
            std = 1e-6 + tf.nn.softplus(h[:, n:])
            z = mean + std * tf.random_normal(tf.shape(mean), 0, 1)
            likelihood = tf.reduce_sum(x * tf.log(decode(z)), 1)
            kl = 0.5 * tf.reduce_sum(tf.square(mean) + tf.square(std) - tf.log(1e-8 + tf.square(std)) - 1, 1)
            bound = tf.reduce_mean(likelihood) - tf.reduce_mean(kl)
            return -bound
        """,
        [("kl", "softplus"), ("sampler", "softplus")],
    ),
    "a branch does not confuse what follows": (
        """
        def forward(mu, s, training):
            if training:
                std = torch.exp(0.5 * s)
                z = mu + std * torch.randn_like(std)
            else:
                z = mu
            return z, 0.5 * (mu ** 2 + torch.exp(s) - s - 1)
        """,
        [("sampler", "logvar"), ("kl", "logvar")],
    ),
}

WRONG = {
    "sampler and KL disagree": (TORCH.format(factor="1.0"), "KL201", 6, "log standard deviation"),
    "keras, at module level": (
        """
        def sampling(args):
            z_mean, z_log = args
            epsilon = K.random_normal(shape=(batch, dim))
            return z_mean + K.exp(z_log) * epsilon

        def vae_loss(x, y):
            kl = -0.5 * K.mean(1 + z_log - K.square(z_mean) - K.exp(z_log), axis=-1)
            return objectives.binary_crossentropy(x, y) + kl
        """,
        "KL201",
        5,
        "in line 8",
    ),
    "the factor 2 of the logarithm": (
        """
        def penalty(m, log_scale):
            out = 1 + log_scale - m ** 2 - torch.exp(log_scale) ** 2
            return -0.5 * out.sum(dim=-1)
        """,
        "KL101",
        3,
        "log standard deviation",
    ),
    "a variance that is cut off from the gradient": (
        """
        def penalty(mean, logvar):
            return -0.5 * torch.sum(1 + logvar - mean ** 2 - logvar.exp().detach())
        """,
        "KL134",
        3,
        "has no minimum: sigma -> infinity",
    ),
    "an exponential in place, of which the next line knows nothing": (
        """
        def penalty(mean, logvar):
            var = logvar.exp_()
            return -0.5 * torch.mean(1 + logvar - mean * mean - var)
        """,
        "KL117",
        4,
        "two ways",
    ),
    "uniform noise": (
        """
        class Model:
            def draw(self, mu, logvar):
                return mu + torch.exp(0.5 * logvar) * torch.rand_like(mu)

            def penalty(self, mu, logvar):
                return -0.5 * torch.sum(1 + logvar - mu ** 2 - torch.exp(logvar))
        """,
        "KL202",
        4,
        "not normal",
    ),
}

NONE = {
    "GELU": "def gelu(x):\n    return 0.5 * x * (1 + torch.tanh(0.8 * (x + 0.044715 * torch.pow(x, 3))))\n",
    "log-likelihood": """
        def nll(x, mu, logvar):
            return 0.5 * (logvar + (x - mu) ** 2 / torch.exp(logvar) + math.log(2 * math.pi))
    """,
    "entropy": "def entropy(logvar):\n    return 0.5 * (1 + math.log(2 * math.pi) + logvar).sum()\n",
    "softmax": "def softmax(x):\n    e = np.exp(x - x.max())\n    return e / e.sum()\n",
    "attention": "def scale(q, k):\n    return torch.exp(q @ k / math.sqrt(64)) ** 2 - 1 + q\n",
    "RBF kernel": "def rbf(x, y, s):\n    return s ** 2 * np.exp(-0.5 * ((x - y) ** 2) / s)\n",
}


@pytest.mark.parametrize("name", RIGHT)
def test_what_is_right_is_recognised_and_not_complained_of(name: str) -> None:
    source, expected = RIGHT[name]
    found = lint(source)
    assert sorted((term.kind, term.parameterization) for term in found.terms) == sorted(expected)
    assert [one for one in found.findings if one.severity in ("error", "warning")] == []


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_found_by_its_name(name: str) -> None:
    source, code, line, words = WRONG[name]
    (finding,) = (found for found in lint(source).findings if found.severity in ("error", "warning"))
    assert (finding.mistake.code, finding.place.line) == (code, line)
    assert words in finding.message


@pytest.mark.parametrize("name", NONE)
def test_other_formulas_are_no_findings(name: str) -> None:
    found = lint(NONE[name])
    assert found.findings == ()
    assert [term for term in found.terms if term.kind == "kl"] == []


def test_the_fix_is_the_line_that_changes() -> None:
    (finding,) = lint(WRONG["the factor 2 of the logarithm"][0]).findings
    assert finding.fix == "out = 1 + 2 * log_scale - m ** 2 - torch.exp(log_scale) ** 2"


@pytest.mark.parametrize(
    ("comment", "count"), [("", 0), ("[KL201]", 0), ("[KL101, KL201]", 0), ("[KL101]", 1)]
)
def test_a_comment_accepts_a_finding(comment: str, count: int) -> None:
    source = TORCH.format(factor="1.0").replace("* std\n", f"* std  # klcli: ignore{comment}\n")
    assert len(lint(source).findings) == count


def test_a_sampler_of_another_class_is_another_matter() -> None:
    """Two models with the same names and different readings, each right by itself."""
    other = TORCH.format(factor="1.0").replace("class Model", "class Other")
    other = other.replace(
        "1 + logvar - mu.pow(2) - logvar.exp()", "1 + 2 * logvar - mu.pow(2) - logvar.exp() ** 2"
    )
    found = lint(textwrap.dedent(TORCH.format(factor="0.5")) + textwrap.dedent(other)).findings
    assert [one.mistake.code for one in found] == ["KL207"]


def test_a_kl_that_is_printed_besides_is_trained_all_the_same() -> None:
    source = """
        def step(mean, logvar, error):
            kl = 0.5 * torch.sum(mean ** 2 + logvar.exp() - 1 - logvar)
            loss = error + kl
            loss.backward()
            return loss.item(), kl.item()
    """
    (term,) = lint(source).terms
    assert (term.verdict, term.conditions) == ("exact", ())


def test_a_sample_is_listed_with_the_head_of_its_kl() -> None:
    """Of what the network puts out, e^-1 is a factor of the noise."""
    source = """
        def bound(self, x):
            out = self.encoder(x)
            mean, log_std = out[:, :self.d], out[:, self.d:] - 1
            z = mean + torch.exp(log_std) * torch.randn_like(mean)
            return -0.5 * torch.sum(1 + 2 * log_std - mean ** 2 - torch.exp(2 * log_std)), z
    """
    (drawn,) = (term for term in lint(source).terms if term.kind == "sampler")
    assert (drawn.verdict, drawn.scale, dict(drawn.symbols)["head"]) == ("exact", "1", "log_std")


def test_a_kl_and_the_loss_that_it_is_added_to_are_one() -> None:
    source = """
        import chainer.functions as F

        class Model:
            def loss(self, x):
                mean, logvar = self.encode(x)
                error = 0
                for _ in range(3):
                    error += F.bernoulli_nll(x, self.decode(mean))
                self.cost = error + self.beta * F.gaussian_kl_divergence(mean, logvar) / mean.shape[1]
                return self.cost
    """
    found = lint(source)
    (term,) = found.terms
    assert term.expression == "self.beta * F.gaussian_kl_divergence(mean, logvar) / mean.shape[1]"
    assert [one.mistake.code for one in found.findings] == ["KL206"]


def test_a_kl_is_shown_at_its_formula_and_not_at_a_longer_term_of_the_loss() -> None:
    source = """
        class Model:
            def error(self, out, x):
                return -torch.sum(x * torch.log(out + 1e-8) + (1 - x) * torch.log(1 - out + 1e-8), 1)

            def kl(self, mean, logvar):
                return -0.5 * torch.sum(1 + logvar - mean ** 2 - logvar.exp(), 1)

            def step(self, x):
                mean, logvar = self.encode(x)
                loss = torch.mean(self.error(self.decode(mean), x) + self.kl(mean, logvar))
                return loss
    """
    (term,) = lint(source).terms
    assert term.place.line == 7


@pytest.mark.parametrize(
    ("line", "count"),
    [
        ("points = shift + width * torch.rand(n)", 0),
        ("jitter = center + np.random.randn(1) * size / 16", 0),
        ("z = mu + std * torch.rand(n)", 1),
        ("z = mu + std * torch.randn(n)", 1),
    ],
)
def test_what_is_drawn_at_random_is_listed_where_it_may_be_a_sample_of_a_head(line: str, count: int) -> None:
    found = lint(f"import torch\n\ndef f(mu, std, shift, width, center, size, n):\n    {line}\n")
    assert len(found.terms) == count
