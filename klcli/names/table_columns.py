"""Names of the columns of tables: log densities, samples, and what tells the rows of a group apart."""

from __future__ import annotations

import re

from klcli.name_kind import NameKind, whole

_LOG = "log(prob|probs|p|ps)"
_REFERENCE = "(ref|reference)"
LOG_Q_COLUMN = whole(
    "log q: the posterior or the policy, in code for VAEs and for RLHF",
    rf"(action|old)logprobs?|log(pi|pitheta|policy|posterior|q|qx|qz)|logprobs?q?|policy({_LOG})?|posterior"
    r"|qlog(probs?)?",
    "logq logprobs policylogps actionlogprob oldlogprobs posterior qlogprob",
    "logp ref prior z logprobp",
)
LOG_P_COLUMN = whole(
    "log p: the prior or the reference policy",
    rf"base(action)?logprobs|baselogprob|log(p|piref|prior|px|pz|ref)|logprobs?p|plog(probs?)?|prior"
    rf"|{_REFERENCE}({_LOG})?",
    "logp reflogprobs prior reference plogprob baselogprobs logpiref",
    "logq policy z logprob",
)
SAMPLE_COLUMNS = ("z", "x", "sample", "samples", "latent")
"""What columns of samples are called, with a number behind it for each dimension; the first wins."""
_STEM = (
    "(sequence|seq|trajectory|traj|episode|rollout|prompt|completion|response|generation|conversation|dialog|"
    "dialogue|document|doc|group|cluster|chain|sentence|sample|example|question|query|request)s?"
)
GROUP_NAME = whole(
    "what tells rows apart: values that repeat in runs are groups",
    f"{_STEM}(ids?|idx|index|no|nr|num|number|key|name|hash|uid|uuid)?|ids?|idx|index|key|uu?id",
    "seqid trajectory prompts sampleidx id uuid",
    "logq z step idea",
)
GROUP_KEY = whole(
    "what a value of a group stands for alone: its rows are a group wherever they stand",
    f"({_STEM})?(ids?|key|hash|uu?id)|{_STEM}",
    "seqid prompt hash sampleids",
    "sampleidx index name",
)

MASK_COLUMN = whole(
    "which tokens of a sequence count, where 0 is padding or a prompt",
    "((attention|response|completion|action|loss|token|padding|label)s?)?masks?",
    "mask attentionmask responsemask completionmask lossmask",
    "logq masked unmask maskid",
)
WHOLE_MASK = whole(
    "which tokens are no padding, those of a prompt among them: a mask of the answer beside it is the one",
    "(attention|padding)s?masks?",
    "attentionmask paddingmask",
    "mask responsemask lossmask",
)

KINDS: tuple[NameKind, ...] = (LOG_Q_COLUMN, LOG_P_COLUMN, GROUP_NAME, GROUP_KEY, MASK_COLUMN, WHOLE_MASK)


def bare(name: str, *, digits: bool = True) -> str:
    """A column's name in small letters without blanks, dashes and signs; with its digits or without."""
    # All that is no letter, and no digit where these count.
    return re.sub(r"[\W_]" if digits else r"[\W_\d]", "", name).lower()
