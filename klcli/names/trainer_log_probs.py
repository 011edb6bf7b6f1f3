"""Names that trainers of language models have for log-probabilities of tokens, looked up in their code.

The samples are of the policy that drew them, so that q is that one: the engine of rollouts where its numbers
were kept, else the old policy, which trained none of the tokens yet.
"""

from __future__ import annotations

from klcli.name_kind import NameKind, among, worded
from klcli.values import dataclass


@dataclass(frozen=True, slots=True)
class TrainerColumns:
    """The arrays of one trainer, as its code calls them.

    Attributes:
        name: of the trainer.
        log_q: of the policies that can have drawn the samples, the likeliest first.
        log_p: of the reference.
    """

    name: str
    log_q: tuple[str, ...]
    log_p: tuple[str, ...]


TRAINERS = (
    TrainerColumns(
        "trl",
        ("sampling_per_token_logps", "old_per_token_logps", "per_token_logps", "old_logps", "logprobs"),
        ("ref_per_token_logps", "ref_logps", "ref_logprobs", "reference_logps"),
    ),
    TrainerColumns("verl", ("rollout_log_probs", "old_log_probs", "log_probs"), ("ref_log_prob",)),
    TrainerColumns("OpenRLHF", ("rollout_log_probs", "action_log_probs"), ("base_action_log_probs",)),
    TrainerColumns("trlx", ("logprobs",), ("ref_logprobs",)),
)
"""trl 1.x (trainer/grpo_trainer.py, experimental/ppo), verl (trainer/ppo/ray_trainer.py), OpenRLHF
(trainer/ppo_utils/experience.py), trlx (trainer/accelerate_ppo_trainer.py)."""

TRAINER_LOG_Q = among(
    "log q under the name that a trainer has for it",
    (name for row in TRAINERS for name in row.log_q),
    "ref_per_token_logps chosen_logps kl",
)
TRAINER_LOG_P = among(
    "log p under the name that a trainer has for it",
    (name for row in TRAINERS for name in row.log_p),
    "old_log_probs ref_chosen_logps ref",
)

GIVEN_TEXT = worded(
    "log-likelihoods of texts that a data set gave, and no policy drew",
    "resps chosen rejected",
    "resps filtered_resps chosen_logps ref_rejected_logps logps/chosen",
    "responses logprobs ref_logps",
)
"""lm-evaluation-harness writes ``resps`` (api/instance.py), trl's DPO those of chosen and rejected ones."""

KINDS: tuple[NameKind, ...] = (TRAINER_LOG_Q, TRAINER_LOG_P, GIVEN_TEXT)
