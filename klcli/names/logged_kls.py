"""Names under which trainers log a KL, and what each of them is, looked up in their code."""

from __future__ import annotations

from collections.abc import Sequence

from klcli.name_kind import NameKind, whole, words_of
from klcli.values import dataclass


@dataclass(frozen=True, slots=True)
class LoggedKl:
    """What one trainer logs under a name.

    Attributes:
        name: of the metric, without the ``train/`` or ``eval/`` that loggers put before it.
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
_ROLLOUTS = "the engine of rollouts and the policy that training computes anew"
_SEQUENCE, _TOKEN, _ACTION = "per sequence: tokens are added up", "per token", "per action"
_LAST_BATCH, _LAST_EPOCH = "of the last minibatch of an update", "of the last epoch of an update"
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
    LoggedKl("rollout_corr/kl", "verl", _ROLLOUTS, "k1", _TOKEN),
    LoggedKl("rollout_corr/k3_kl", "verl", _ROLLOUTS, "k3", _TOKEN),
    LoggedKl("critic/kl", "verl (formerly)", _REFERENCE, "", f"{_TOKEN}, then per sequence"),
    LoggedKl("losses/approx_kl", "CleanRL", _UPDATE, "k3", _ACTION, _LAST_BATCH),
    LoggedKl("losses/old_approx_kl", "CleanRL", _UPDATE, "k1", _ACTION, _LAST_BATCH),
    LoggedKl("train/approx_kl", "Stable-Baselines3", _UPDATE, "k3", _ACTION, _LAST_EPOCH),
    LoggedKl("train/approx_kl", "Stable-Baselines3 (early versions)", _UPDATE, "k1", _ACTION, _LAST_EPOCH),
)
"""trl 1.10 (trainer/grpo_trainer.py, trainer/rloo_trainer.py, experimental/ppo), verl 0.8
(trainer/ppo/core_algos.py, ray_trainer.py), OpenRLHF 0.11 (models/loss.py,
trainer/ppo_utils/experience_maker.py), trlx 0.7 (trainer/accelerate_ppo_trainer.py), CleanRL
(cleanrl/ppo.py), Stable-Baselines3 (ppo/ppo.py)."""
_OF_ANY_LOGGER = frozenset({"train", "eval", "val", "valid", "validation", "test"})
"""Parts before a metric that say on which data it was taken, and not which metric it is."""

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


def step_column(names: Sequence[str]) -> str | None:
    """The name of the steps, those of epochs only where there are no others; None without any."""
    found = [name for name in names if STEP_COLUMN.says(metric_of(name))]
    return min(found, key=lambda name: "epoch" in name.lower(), default=None)


def metric_of(name: str) -> str:
    """The metric in the name of a column: without the run that wandb writes before it."""
    return name.rpartition(" - ")[2].strip()


def meanings(name: str) -> tuple[LoggedKl, ...]:
    """What the trainers that log a KL under this whole name mean; the longest one that fits decides."""
    return _longest([row for row, before in _fitting(name) if set(before) <= _OF_ANY_LOGGER])


def similar(name: str) -> tuple[LoggedKl, ...]:
    """What trainers mean by the end of a name that none of them is known to log as a whole."""
    return () if meanings(name) else _longest([row for row, _ in _fitting(name)])


def _fitting(name: str) -> list[tuple[LoggedKl, list[str]]]:
    """The rows with which a name ends, and the parts of it that stand before each."""
    parts = metric_of(name).split("/")
    split = [(row, row.name.split("/")) for row in LOGGED]
    return [(row, parts[: -len(own)]) for row, own in split if parts[-len(own) :] == own]


def _longest(rows: list[LoggedKl]) -> tuple[LoggedKl, ...]:
    longest = max((len(row.name) for row in rows), default=0)
    return tuple(row for row in rows if len(row.name) == longest)
