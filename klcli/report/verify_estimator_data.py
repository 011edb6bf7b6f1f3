"""The data of `klcli verify` on an estimate of a KL."""

from __future__ import annotations

from klcli.judge.shapes.length_polynomials import LengthMonomial
from klcli.judge.spaces.log_ratios.estimator_answer import Estimation
from klcli.report.verify_data import (
    SCHEMA,
    EstimatorData,
    VerifyData,
    notation_of,
)
from klcli.report.verify_estimator_phrases import (
    direction,
    is_unbiased,
    kl_meant,
    label_of,
    said_of,
    scale_of,
    shown,
    with_ratio,
)


def estimation_data(found: Estimation) -> VerifyData:
    """The data of one estimate, in the shape of that of any formula."""
    way, tokens = found.way, found.tokens
    labels = (way.q, way.p, *((way.old,) if way.old else ()))
    symbols = {label.noun: label.symbol for label in labels if label.symbol}
    known = found.kind not in ("wrong", "not-kl")
    return VerifyData(
        schema=SCHEMA,
        input=found.program.text,
        notation=notation_of(found.program),
        verdict=found.kind,
        parameterization=None,
        prior_parameterization=None,
        scale=scale_of(found) if known else None,
        shift=LengthMonomial(found.shift).text(()) if known else None,
        prior=None,
        direction=direction(found),
        unit="nats",
        reduction=tokens.name if tokens else "none",
        symbols=symbols or {name: way.ratio for name in ("ratio",) if way.ratio},
        mistake=found.mistake,
        corrected=found.corrected,
        counterexample=None,
        proof="numeric" if found.function.value is not None else None,
        conditions=found.conditions,
        shapes=(tokens.text or None) if tokens else None,
        readings=(),
        sampler=None,
        warnings=(
            *found.warnings,
            *(f"other term: {shown(found, name)} is added; it is ignored" for name in found.others),
        ),
        estimator=estimator_data(found) if found.kind in ("estimator", "other") else None,
    )


def estimator_data(found: Estimation) -> EstimatorData:
    """Which estimator it is, as data."""
    label = label_of(found)
    return EstimatorData(
        name=found.name,
        direction=kl_meant(found) if found.form.estimates or not found.form.has_value else None,
        samples_from=shown(found, label.symbol) or label.noun
        if found.form.has_value or found.form.by_gradient
        else None,
        unbiased=found.form.has_value and is_unbiased(found),
        gradient=None if found.loss is None else said_of(found, found.loss),
        gradient_with_stopped_ratio=with_ratio(found)
        if found.sampler == "q" and found.function.value
        else None,
        overflow=dict(found.overflow.limits) if found.overflow else None,
    )
