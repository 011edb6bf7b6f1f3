"""Names under which trainers log a KL, and what each of them is, looked up in their code."""

from __future__ import annotations

from klcli.names.kind import NameKind, whole, words_of
from klcli.values import dataclass

__all__ = ["KINDS", "LOGGED", "LOGGED_KL", "STEP_COLUMN", "LoggedKl", "meanings", "metric_of"]


@dataclass(frozen=True, slots=True)
class LoggedKl:
    """What one trainer logs under a name.

    Attributes:
        name: of the metric, without what stands before it, such as ``train/``.
        trainer: whose it is.
        between: of which policies.
        estimator: of each token; empty where the configuration of the run says it.
        per: what it is the mean of.
        remark: what has to be known beside that.
    """

    name: str
    trainer: str
    between: str
    estimator: str
    per: str
    remark: str = ""


_REFERENCE, _UPDATE = "the policy and the reference", "the old policy and the new one, within one update"
_SEQUENCE, _TOKEN = "per sequence: tokens are added up", "per token"
LOGGED = (
    LoggedKl("objective/kl", "trl (PPO, online DPO)", _REFERENCE, "k1", _SEQUENCE),
    LoggedKl("policy/approxkl_avg", "trl (PPO)", _UPDATE, "k2", _TOKEN, "padding counts as 0"),
    LoggedKl("kl", "trl (GRPO)", _REFERENCE, "k3", _TOKEN),
    LoggedKl("kl", "trl (RLOO)", _REFERENCE, "k1", _TOKEN),
    LoggedKl("kl", "OpenRLHF", _REFERENCE, "", f"{_TOKEN}, then per sequence"),
    LoggedKl("ppo_kl", "OpenRLHF", _UPDATE, "k1", _TOKEN),
    LoggedKl("vllm_kl", "OpenRLHF", "the engine of rollouts and the trainer", "k1", _TOKEN),
    LoggedKl("actor/ppo_kl", "verl", _UPDATE, "k1", _TOKEN),
    LoggedKl("actor/kl_loss", "verl", _REFERENCE, "", "as loss_agg_mode says; per token by default"),
    LoggedKl("actor/reward_kl_penalty", "verl", _REFERENCE, "", f"{_TOKEN}, then per sequence"),
    LoggedKl(
        "policy/sqrt_kl",
        "trlx",
        _REFERENCE,
        "",
        _SEQUENCE,
        "a square root; what is under it is k3 with q/p in the place of p/q, which is no KL(q || p)",
    ),
    LoggedKl(
        "policy/kl_per_token", "trlx", _REFERENCE, "", _TOKEN, "a square root, too, though its name hides it"
    ),
    LoggedKl("policy/approx_kl", "trlx", _UPDATE, "k3", _TOKEN),
)
"""trl 1.10 (trainer/grpo_trainer.py, trainer/rloo_trainer.py, experimental/ppo), verl 0.8
(trainer/ppo/core_algos.py, ray_trainer.py), OpenRLHF 0.11 (models/loss.py,
trainer/ppo_utils/experience_maker.py), trlx 0.7 (trainer/accelerate_ppo_trainer.py)."""

_KL_WORDS = frozenset({"kl", "kld", "kldiv", "approxkl", "klloss", "divergence"})
_NO_KL_WORDS = frozenset(
    {
        "coef",
        "coeff",
        "coefficient",
        "ctl",
        "weight",
        "beta",
        "target",
        "min",
        "max",
        "std",
        "lambda",
        "anneal",
    }
)


def _is_logged(name: str) -> bool:
    words = set(words_of(metric_of(name)))
    return bool(words & _KL_WORDS) and not words & _NO_KL_WORDS


LOGGED_KL = NameKind(
    "a KL that a run has logged",
    (
        "kl",
        "train/objective/kl",
        "actor/ppo_kl",
        "my-run - train/kl",
        "kl_loss",
        "kld",
        "approx_kl",
        "vae/KL",
    ),
    ("kl_coef", "my-run - kl__MIN", "kl_ctl_value", "actor/reward_kl_penalty_coeff", "loss", "target_kl"),
    _is_logged,
)
STEP_COLUMN = whole(
    "the step of a run that a row belongs to",
    "_?(global_?)?(training_?)?(step|steps|iteration|iter|epoch|update|trainer/global_step)",
    "Step _step global_step step iteration trainer/global_step epoch",
    "timestep_size stepsize kl",
)
KINDS: tuple[NameKind, ...] = (LOGGED_KL, STEP_COLUMN)


def metric_of(name: str) -> str:
    """The metric in the name of a column: without the run that wandb writes before it."""
    return name.rpartition(" - ")[2].strip()


def meanings(name: str) -> tuple[LoggedKl, ...]:
    """What the trainers that log a KL under this name mean by it; the longest name that fits decides."""
    metric = metric_of(name)
    fitting = [row for row in LOGGED if metric == row.name or metric.endswith(f"/{row.name}")]
    longest = max((len(row.name) for row in fitting), default=0)
    return tuple(row for row in fitting if len(row.name) == longest)
