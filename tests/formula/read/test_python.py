"""Python expressions as they stand in training code: what is read, what it is worth, what is refused."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from mpmath import e, exp, expm1, log, log1p, mpf, pi

from klcli.errors import KlcliError
from klcli.formula.entrywise_form import entry
from klcli.formula.read.python import parse
from klcli.formula.read.syntax_errors import MAX_LENGTH, FormulaError
from klcli.formula.value.arithmetic import Decimals, evaluate
from klcli.formula.write.printing import to_text

VALUES = {
    **{"logvar": "0.36", "mu": "0.3", "x": "2.5", "y": "0.4", "s": "0.7", "z_mean": "-0.2"},
    **{"z_log_var": "0.15", "sigma_1": "1.3", "sigma": "1.2", "std": "0.8", "lambda": "1.5", "mean": "0.6"},
    **{"sigma_j": "0.45"},
}
VECTOR = ("0.5", "1.5", "2")
V = SimpleNamespace(**{name.replace("lambda", "lambda_"): mpf(text) for name, text in VALUES.items()})
W = [mpf(text) for text in VECTOR]
KL = -(1 + V.logvar - V.mu**2 - exp(V.logvar)) / 2
KERAS = -(1 + V.z_log_var - V.z_mean**2 - exp(V.z_log_var)) / 2

READ: list[tuple[str, str, Any]] = [
    # As it stands in the frameworks' examples.
    ("-0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())", "-0.5 sum(1 + logvar - mu^2 - e^logvar)", KL),
    ("-0.5 * (1 + logvar - mu ** 2 - logvar.exp()).sum(dim=1).mean()", "-0.5 mean(sum(1 + logvar - mu^2 - e^logvar))", KL),
    (
        "mu.pow(2).add_(logvar.exp()).mul_(-1).add_(1).add_(logvar).sum().mul_(-0.5)",
        "sum((mu^2 + e^logvar) * -1 + 1 + logvar) * -0.5",
        KL,
    ),
    ("-0.5 * tf.reduce_sum(1 + z_log_var - tf.square(z_mean) - tf.exp(z_log_var), axis=-1)", "-0.5 sum(1 + z_log_var - z_mean^2 - e^z_log_var)", KERAS),
    ("-0.5 * K.mean(K.sum(1 + z_log_var - K.square(z_mean) - K.exp(z_log_var), axis=-1), keepdims=True)", "-0.5 mean(sum(1 + z_log_var - z_mean^2 - e^z_log_var))", KERAS),
    ("-0.5 * jnp.sum(1 + z_log_var - jnp.square(z_mean) - jnp.exp(z_log_var))", "-0.5 sum(1 + z_log_var - z_mean^2 - e^z_log_var)", KERAS),
    ("0.5 * np.sum(np.power(mu, 2) + np.exp(logvar) - logvar - 1, 1)", "0.5 sum(mu^2 + e^logvar - logvar - 1)", KL),
    ("-0.5 * (1 + 2*torch.log(std) - std**2)", "-0.5 (1 + 2 log std - std^2)", -(1 + 2 * log(V.std) - V.std**2) / 2),
    ("F.softplus(s) + tf.nn.softplus(s) + jax.nn.softplus(s)", "softplus s + softplus s + softplus s", 3 * log(1 + exp(V.s))),
    ("torch.nn.functional.softplus(s)", "softplus s", log(1 + exp(V.s))),
    ("torch.sigmoid(s)", "1/(1 + e^-s)", 1 / (1 + exp(-V.s))),
    ("F.sigmoid(s) * tf.nn.sigmoid(s) * jax.nn.sigmoid(s) * K.sigmoid(s) * s.sigmoid()", "1/(1 + e^-s) * (1/(1 + e^-s)) * (1/(1 + e^-s)) * (1/(1 + e^-s)) * (1/(1 + e^-s))", (1 + exp(-V.s)) ** -5),
    ("expit(s) + scipy.special.expit(s)", "1/(1 + e^-s) + 1/(1 + e^-s)", 2 / (1 + exp(-V.s))),
    ("F.logsigmoid(s) + jax.nn.log_sigmoid(s)", "-softplus(-s) + -softplus(-s)", -2 * log(1 + exp(-V.s))),
    ("tf.math.log(s) + math.log(s) + s.log() + log(s)", "log s + log s + log s + log s", 4 * log(V.s)),
    # Operators.
    ("-x**2", "-x^2", -V.x**2),
    ("x**-y**2", "x^-y^2", V.x ** -(V.y**2)),
    ("-x*y/2", "-x * y/2", -V.x * V.y / 2),
    ("+x - -y", "x - -y", V.x + V.y),
    ("x/2*y", "x/2 * y", V.x * V.y / 2),
    ("1/2*x", "1/2 x", V.x / 2),
    ("x - (y - s)", "x - (y - s)", V.x - (V.y - V.s)),
    ("(\n    x\n    + y\n)", "x + y", V.x + V.y),
    # Functions in every spelling.
    ("x.square() + x.pow(2) + torch.pow(x, 2) + np.power(x, 2) + pow(x, 2)", "x^2 + x^2 + x^2 + x^2 + x^2", 5 * V.x**2),
    ("x.exp_().sqrt_()", "sqrt(e^x)", exp(V.x / 2)),
    ("abs(x) + torch.abs(x) + np.absolute(x) + x.abs()", "abs x + abs x + abs x + abs x", 4 * V.x),
    ("np.expm1(s) + torch.special.log1p(s)", "expm1 s + log1p s", expm1(V.s) + log1p(V.s)),
    ("torch.add(x, y).sub(s).mul(2).div(y)", "(x + y - s) * 2/y", (V.x + V.y - V.s) * 2 / V.y),
    ("tf.math.squared_difference(x, y) + squared_difference(x, s)", "(x - y)^2 + (x - s)^2", (V.x - V.y) ** 2 + (V.x - V.s) ** 2),
    ("tf.subtract(x, tf.multiply(y, s)) + np.true_divide(x, y) + tf.divide(x, y)", "x - y * s + x/y + x/y", V.x - V.y * V.s + 2 * V.x / V.y),
    ("x.reciprocal() + x.neg() + np.negative(x)", "1/x + -x + -x", 1 / V.x - 2 * V.x),
    # Numbers, names, constants.
    ("1_000.5 + 1E-3 + .5 + 3.", "1000.5 + 1E-3 + .5 + 3.", mpf("1004.001")),
    ("math.pi * np.e + torch.pi", "pi * e + pi", pi * e + pi),
    ("math.e**x", "e^x", exp(V.x)),
    ("lambda_ + mean", "lambda + mean", V.lambda_ + V.mean),
    ("µ + μ + σ_1 + σ1 + σ + σⱼ", "mu + mu + sigma_1 + sigma_1 + sigma + sigma_j", 2 * V.mu + 2 * V.sigma_1 + V.sigma + V.sigma_j),
    # Attributes, subscripts and private names are symbols.
    ("self.logvar + x[0] * q.mean - µ[:, 1]", "logvar + x_0 * q_mean - mu_1", None),
    ("self.mu + mu + self.mu", "mu_2 + mu + mu_2", None),
    ("out['mu'] + h[:, :2] + h[:, 2:] + _x + x_", "out_mu + h_2 + h_2_2 + x + x_2", None),
    ("x.data + x.T", "x + x", 2 * V.x),
    # What does not change a value, and what stands for a number.
    ("x.view(-1, 3).detach() + tf.cast(y, tf.float32)", "x + y", V.x + V.y),
    ("torch.ones_like(x) - K.zeros_like(x) + torch.tensor(2.0)", "1 - 0 + 2.0", mpf(3)),
    ("x.size(1) + x.size(0) + len(x)", "1 + 1 + 1", None),
    ("x.shape[1].value + x.get_shape().as_list()[1] + x.shape[0]", "1 + 1 + 1", None),
    ("tf.log(x, name='log') + tf.maximum(1e-9, tf.square(x, name='s'))", "log x + max(x^2, 1e-9)", log(V.x) + V.x**2),
    ("x.addcmul(y, s) + torch.addcmul(x, y, s, value=-2)", "x + y * s + (x + -2 (y * s))", 2 * V.x - V.y * V.s),
    ("torch.zeros(3) + np.ones((2, 2)) * x + Variable(y)", "0 + 1 x + y", V.x + V.y),
    # Inner products.
    ("torch.log2(x) + np.log10(x)", "log(x)/log(2) + log(x)/log(10)", log(V.x, 2) + log(V.x, 10)),
    ("x @ y + torch.dot(x, y)", "sum(x * y) + sum(x * y)", None),
    ("torch.inner(x, y) + np.inner(y, x)", "sum(x * y) + sum(y * x)", None),
    # Clips.
    ("x.clamp(min=-10, max=10) + np.clip(x, 0.1, 2)", "clip(x, -10, 10) + clip(x, 0.1, 2)", None),
    ("torch.clamp(x, min=1e-6) + np.maximum(x, 1) + x.clamp_max(3)", "max(x, 1e-6) + max(x, 1) + min(x, 3)", None),
    ("K.clip(x, K._epsilon, 1/eps) + K.epsilon() * y", "clip(x, 1e-7, 1/eps) + 1e-7 y", None),
    ("max(1e-6, x) + tf.clip_by_value(x, -1., 1.)", "max(x, 1e-6) + clip(x, -1., 1.)", None),
    ("F.relu(x) + x.clamp(lo, hi) + max(c, x + 1)", "max(x, 0) + clip(x, lo, hi) + max(x + 1, c)", None),
    # Random numbers.
    ("x + torch.randn_like(y) * s", "x + randn * s", None),
    ("K.random_normal(shape=(b, d), mean=0., stddev=0.1) + tf.random.normal(tf.shape(x))", "0.1 randn + randn", None),
    ("np.random.normal(x, s, 3) + torch.normal(x, s) + torch.rand_like(s)", "x + s * randn + (x + s * randn) + rand", None),
    ("jax.random.normal(hk.next_rng_key(), x.shape) * s + rng.normal(x.shape)", "randn * s + randn", None),
    ("x + tf.random.normal(tf.shape(x), y, s)", "x + (y + s * randn)", None),
    ("Normal(x, s).rsample() + torch.distributions.Normal(loc=x, scale=s).sample()", "x + s * randn + (x + s * randn)", None),
    # Reductions.
    ("sum(x_j**2 for j in indices) + 1", "sum_j (x_j^2) + 1", mpf("7.5")),
    ("sum(0.5 * x_j for j in range(n))", "sum_j (0.5 x_j)", mpf(2)),
    ("sum(x_j for entry in rows)", "sum(x_j)", mpf(4)),
    ("mean(x_j for j in rows)", "mean(x_j)", mpf(4) / 3),
    ("E(x_j, q) + E(x_j)", "E_q[x_j] + E[x_j]", mpf(8) / 3),
    ("x_j.sum((0, -1)) + x_j.mean([0, 1], True)", "sum(x_j) + mean(x_j)", 4 + mpf(4) / 3),
    ("torch.sum(x_j, dim=None, keepdim=True, dtype=float)", "sum(x_j)", mpf(4)),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected", "value"), READ, ids=[text for text, _, _ in READ])
def test_what_is_read(text: str, expected: str, value: Any) -> None:
    tree = entry(parse(text))
    assert to_text(tree) == expected
    if value is None:
        return
    run = Decimals(50)
    point: dict[str, Any] = {name: run.context.create_decimal(number) for name, number in VALUES.items()}
    point["x_j"] = tuple(map(run.context.create_decimal, VECTOR))
    assert float(evaluate(tree, point, run)) == pytest.approx(float(value), rel=1e-13)


ERRORS: list[tuple[str, int, str, str]] = [
    # text, caret, words of the message, words of the hint
    ("x +", 3, "not a Python expression: invalid syntax", "* and a power with **"),
    ("2 x", 2, "not a Python expression: invalid syntax", "* and a power with **"),
    ("2x", 0, "not a Python expression: invalid decimal literal", "* and a power with **"),
    ("(x", 0, "'(' was never closed", ""),
    ("x)", 1, "unmatched ')'", ""),
    ("kl = x", 3, "not a Python expression: invalid syntax", "give the right-hand side only"),
    ("(x +\n µ $)", 8, "invalid syntax", ""),
    ("x − y", 2, "invalid character '−'", ""),
    ("x^2", 1, "'^' is no power in Python", "**"),
    ("x // y", 0, "'x // y' has no place", "numbers, names"),
    ("x % y", 0, "'x % y' has no place", ""),
    ("x if y else s", 0, "has no place", ""),
    ("().real", 0, "'().real' has no place", ""),
    ("x.__class__", 0, "'x.__class__' has no place", ""),
    ("a.b.c.d.f.g", 0, "'a.b.c.d.f.g' has no place", ""),
    ("'x'[0]", 0, "has no place", ""),
    ("max(x)", 0, "a clip has a limit", "clamp(x, min=-10, max=10)"),
    ("max(x, x.mean())", 0, "a limit of a clip is no function of what is clipped", ""),
    ("clamp(x, 1, 2, 3)", 0, "a clip takes a value and 2 of limits", ""),
    ("x.clamp(low=1)", 0, "a clip does not take low=", ""),
    ("lambda: x", 0, "has no place", ""),
    ("x == y", 0, "has no place", ""),
    ("not x", 0, "has no place", ""),
    ("(x, y)", 0, "has no place", ""),
    ("exp(*x)", 4, "has no place", ""),
    ("f'{x}'", 0, "has no place", ""),
    ("sum(x for x in y if x)", 3, "has no place", ""),
    ("sum(x for _ in range(3))", 3, "has no place", ""),
    ("sum(a * b for a, b in rows)", 3, "has no place", ""),
    ("'x'", 0, "'x' is no number", ""),
    ("True", 0, "True is no number", ""),
    ("2j", 0, "2j is no number", ""),
    ("0x10", 0, "0x10 is no decimal number", ""),
    ("x + " + "1" * 401, 4, "this number is too long", "at most 400 digits"),
    ("1e401", 0, "this number is too long", "1e400"),
    ("1e999999999999", 0, "this number is too long", ""),
    ("lgo(x)", 0, "'lgo' is not a known function", "did you mean 'log'?"),
    ("x + torch.softplu(y)", 4, "'softplu' is not a known function", "did you mean 'softplus'?"),
    ("__import__('os').system('x')", 0, "'system' is not a known function", ""),
    ("exp(x)(y)", 0, "this call has no name", ""),
    ("exp(x, y)", 0, "exp takes 1 argument, got 2", ""),
    ("pow(x)", 0, "pow takes 2 arguments, got 1", ""),
    ("exp()", 0, "exp takes 1 argument, got 0", ""),
    ("exp(x, beta=2)", 0, "beta= is not understood", ""),
    ("torch.mul(x, y, alpha=2)", 0, "alpha= is not understood", ""),
    ("exp(**x)", 0, "**= is not understood", ""),
    ("sum()", 0, "sum of nothing", ""),
    ("sum(x, y)", 7, "sum does not take this argument", ""),
    ("sum(x, 1)", 7, "sum does not take this argument", ""),
    ("torch.sum(x, y)", 13, "sum does not take this argument", ""),
    ("np.prod(x, where=y)", 0, "prod does not take where=", ""),
    ("E(x, 2)", 5, "E does not take this argument", ""),
    ("E(x, q, p)", 5, "E does not take this argument", ""),
    ("E(x, axis=1)", 0, "E does not take axis=", ""),
    ("e + 1", 0, "'e' cannot be used as a symbol", "math.e"),
    ("2 * pi", 4, "'pi' cannot be used as a symbol", "math.pi"),
    ("2 * π", 4, "'π' cannot be used as a symbol", "math.pi"),
    ("xⱼpi", 0, "'xⱼpi' cannot be used as a symbol", ""),
    ("σx", 0, "'σx' cannot be used as a symbol", ""),
    ("a" * 61, 0, "cannot be used as a symbol", "at most 60"),
    ("sum(a_j for j in n) + µ + b_j", 26, "b_j is used outside of the sum over j", "put it inside"),
    ("x\0", 1, "invisible character U+0000", ""),
    ("x\u202e", 1, "invisible character U+202E", ""),
    ("\ud800", 0, "invisible character U+D800", ""),
]


@pytest.mark.parametrize(("text", "position", "message", "hint"), ERRORS)
def test_what_is_refused(text: str, position: int, message: str, hint: str) -> None:
    with pytest.raises(FormulaError) as caught:
        parse(text)
    assert message in caught.value.problem
    assert hint in caught.value.hint
    assert caught.value.position == position
    assert "AST" not in caught.value.message


@pytest.mark.parametrize("text", ["", "  \n", "x" * (MAX_LENGTH + 1)])
def test_nothing_and_too_much(text: str) -> None:
    with pytest.raises(KlcliError, match=r"empty|at most 4,000"):
        parse(text)


def test_the_caret_counts_characters_and_not_bytes() -> None:
    with pytest.raises(FormulaError) as caught:
        parse("µ + σ + lgo(x)")
    assert caught.value.message == "'lgo' is not a known function\n    µ + σ + lgo(x)\n            ^"


def test_spaces_of_every_kind() -> None:
    assert parse("\N{NO-BREAK SPACE}x\N{THIN SPACE}+\N{NO-BREAK SPACE}y \r\n") == parse("x + y")


def test_no_warning_reaches_the_user(recwarn: pytest.WarningsRecorder) -> None:
    with pytest.raises(FormulaError):
        parse(r"1(x) is '\l'")
    assert not recwarn.list
