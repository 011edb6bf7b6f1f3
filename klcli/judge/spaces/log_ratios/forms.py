"""What a function of u = log q - log p can be: an estimator of a KL, or what is near one."""

from __future__ import annotations

from klcli.values import dataclass


@dataclass(frozen=True, slots=True)
class EstimatorForm:
    """One row of the table of forms.

    Attributes:
        name: of the form, as data have it; empty for none.
        title: what it is called in a sentence.
        page: the estimator whose page tells of it; empty for none.
        is_basic: whether it is an estimator by itself, without a weight or a variate.
        is_log_ratio: whether it is u alone, which is a helper in most code and so says little.
        is_telling: whether nobody writes it who does not mean an estimate: a ratio beside its logarithm.
        is_never_negative: whether no sample makes it negative.
        estimates: whether its mean is meant to be a KL.
        has_value: whether it is what is added to a loss, and not only one term of a sum or a gradient.
        by_gradient: whether its gradient is that of a KL, and its value is not.
        bias: what is said of its bias.
    """

    name: str
    title: str
    page: str = ""
    is_basic: bool = False
    is_log_ratio: bool = False
    is_telling: bool = False
    is_never_negative: bool = False
    estimates: bool = True
    has_value: bool = True
    by_gradient: bool = False
    bias: str = ""


K1 = EstimatorForm("k1", "k1", "k1", is_basic=True, is_log_ratio=True)
K2 = EstimatorForm(
    "k2", "k2", "k2", is_basic=True, is_never_negative=True, bias=", near the KL where the two are close"
)
K3 = EstimatorForm("k3", "k3", "k3", is_basic=True, is_telling=True, is_never_negative=True)
WEIGHTED_K1 = EstimatorForm("weighted k1", "weighted k1", "k1")
WEIGHTED_K3 = EstimatorForm("weighted k3", "weighted k3", "k3", is_telling=True, is_never_negative=True)
"""Weighed by the ratio to the distribution that was sampled."""
CONTROL_VARIATE = EstimatorForm("control variate", "k1 with a control variate", "k1")
"""The k1 with another multiple of r - 1 than that of k3."""
ABSOLUTE = EstimatorForm("abs", "|u|", estimates=False, is_never_negative=True)
OUTCOMES = EstimatorForm("exact", "the sum over all outcomes")
TERMS = EstimatorForm("terms", "the terms of that sum", estimates=False, has_value=False)
SURROGATE = EstimatorForm("surrogate", "a surrogate loss", estimates=False, has_value=False, by_gradient=True)
NO_FORM = EstimatorForm("", "", estimates=False, has_value=False)
