"""What the calls of a function say whose program is not followed: it is judged by what has its values."""

from __future__ import annotations

from klcli.judge.mistakes.table import find_mistake
from klcli.names.losses import is_called_kl
from klcli.names.means_and_spreads import is_mean, suggested
from klcli.trace.black_box_probing import best_fit, fit_text, is_random, off_text, wrong_gradients
from klcli.trace.findings import TraceFinding
from klcli.trace.fitted_programs import fitted_recording
from klcli.trace.recording import Recording
from klcli.values import dataclass

_RANDOM = "its values differ from call to call: nothing can be fitted to them"
_NOTHING_FITS = "it has the values of no multiple of a KL to a fixed normal prior, at {} points"
_PROBED = "it is not followed, but probed: it has the values of {}"
_OTHER_SUMS = "single entries are {}; what it makes of whole arrays is neither their sum nor a mean"


@dataclass(frozen=True, slots=True)
class Probed:
    """What calls say.

    Attributes:
        recording: of the program that has its values; None where none was found.
        findings: what is wrong.
        warnings: what is worth knowing.
    """

    recording: Recording | None = None
    findings: tuple[TraceFinding, ...] = ()
    warnings: tuple[str, ...] = ()


def probed(recording: Recording) -> Probed:
    """What the calls of a function of two arrays say, of which the program says nothing."""
    if not recording.probes or not recording.losses:
        return Probed()
    if is_random(recording.probes):
        return Probed(warnings=(_RANDOM,))
    fit = best_fit(recording.probes, recording.steps[recording.losses[0].node].dtype)
    if fit is None:
        text = _NOTHING_FITS.format(len(recording.probes))
        return Probed(findings=(_finding(recording, "KL100", text),)) if is_named_kl(recording) else Probed()
    if fit.off:
        return Probed(findings=(_finding(recording, "KL100", off_text(fit)),))
    off = wrong_gradients(fit)
    findings = [_finding(recording, "KL134", f"the value is that of the KL, {off}")] if off else []
    found = fitted_recording(recording, fit)
    if found is None and recording.called is not None:
        findings.append(_finding(recording, "KL100", _OTHER_SUMS.format(fit_text(fit))))
    return Probed(found, tuple(findings), (_PROBED.format(fit_text(fit)),))


def is_named_kl(recording: Recording) -> bool:
    """Whether a function was called whose name is that of a KL, with a mean or a head among its arguments."""
    called = recording.called
    return called is not None and is_called_kl(called.name) and any(map(_is_of_gaussian, called.given))


def _is_of_gaussian(name: str) -> bool:
    """Whether an argument is called a mean or a head: there are KLs of logits and of rates, too."""
    return is_mean(name) or suggested(name) is not None


def _finding(recording: Recording, code: str, text: str) -> TraceFinding:
    place = recording.steps[recording.losses[0].node].place
    return TraceFinding(find_mistake(code), "error" if code == "KL100" else "warning", place, text)
