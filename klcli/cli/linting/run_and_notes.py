"""One run of ``klcli lint``, which tells on standard error what it does beside the report."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from klcli.cli.linting.flags_over_configuration import Flags, Plan, plan
from klcli.cli.linting.lint_project import findings_of, lint_files
from klcli.cli.output import Settings
from klcli.cli.standard_error import say
from klcli.errors import KlcliError
from klcli.lint.findings.types import Finding, Linted
from klcli.lint.source.decoding import without_surrogates
from klcli.render.character_spellings import seen, visible
from klcli.report.document import Document
from klcli.report.lint import lint_report
from klcli.report.report import Report
from klcli.values import dataclass, field, replace

if TYPE_CHECKING:
    from klcli.cli.linting.baseline import Accepted
    from klcli.cli.linting.fixing import Fixes

_MOST_NAMED = 3
"""Files that are excluded though they are named, as hooks name all that a commit changes."""


def run(flags: Flags, settings: Settings) -> tuple[Report, Settings]:
    """Do what the flags ask for: the report, and how it is to be written.

    Raises:
        KlcliError: the flags, the configuration or the baseline mean nothing.
    """
    if flags.diff and settings.chosen() != "text":
        raise KlcliError(f"--diff is text, not {settings.chosen()}", "leave --format out")
    one = run_of(flags, settings)
    results = one.linted()
    one.tell_of_the_rest(results)
    if flags.diff:
        return one.changes(results), replace(settings, quiet=max(1, settings.quiet))
    if flags.fix:
        return one.fixed(results), settings
    if flags.write_baseline:
        return one.written(results, flags.write_baseline), settings
    return one.report(results), settings


def run_of(flags: Flags, settings: Settings) -> LintRun:
    """A run that has not begun.

    Raises:
        KlcliError: the flags, the configuration or the baseline mean nothing.
    """
    chosen = plan(flags)
    return LintRun(flags, settings, chosen, _accepted(chosen))


def _accepted(chosen: Plan) -> Accepted:
    if chosen.baseline is None:
        return Counter()
    from klcli.cli.linting.baseline import accepted_in  # most projects have none

    return accepted_in(chosen.baseline)


@dataclass(frozen=True, slots=True)
class LintRun:
    """What is asked for, and what it means for this project."""

    flags: Flags
    settings: Settings
    plan: Plan
    accepted: Accepted = field(default_factory=Counter)

    def linted(self) -> list[Linted]:
        """What is found in every file, and the folders that were not read."""
        walked, quiet = self.plan.walked, self.settings.quiet > 0
        found = lint_files(walked.files, self.plan.sources, jobs=self.flags.jobs, quiet=quiet)
        folders = walked.unreadable.items()
        return [*found, *(Linted(path, unreadable=reason, is_file=False) for path, reason in folders)]

    def findings(self, results: Sequence[Linted]) -> list[Finding]:
        """The findings that are wanted and not accepted."""
        kept = [found for found in findings_of(results) if self.plan.selection.holds(found)]
        if self.plan.baseline:
            from klcli.cli.linting.baseline import without

            kept = without(kept, self.accepted, self.plan.baseline)
        return [found for found in kept if self.plan.notes or found.severity != "note"]

    def report(self, results: Sequence[Linted]) -> Report:
        """The report of what was found."""
        if self.plan.baseline:
            from klcli.cli.linting.baseline import unused

            read = [result.path for result in results if not result.unreadable]
            gone = unused(findings_of(results), self.accepted, self.plan.baseline, read)
            if gone:
                hint = f"--write-baseline {self.plan.baseline} writes what is left"
                self._say(f"{_counted(gone, 'finding')} of {self.plan.baseline} found no more; {hint}")
        return self._reported(results, self.findings(results))

    def changes(self, results: Sequence[Linted]) -> Report:
        """The differences that --fix would make, as the bare result."""
        from klcli.cli.linting.fixing import diff, fixes

        findings = self.findings(results)
        found = fixes(findings, self.plan.sources, self.plan.trees)
        self._tell(found, "would fix", len(findings))
        text = diff(found.changes)
        if text != seen(text) or text != without_surrogates(text):
            signs = "control characters and what is no UTF-8"
            say(f"warning: {signs} are shown escaped, so that patch cannot apply all of it; --fix keeps them")
        report = self._reported(results, findings)
        return replace(
            report,
            document=Document("", ()),
            bare=text,
            holds=not found.changes,
            broken=report.broken or _has_bugs(found.refused),
        )

    def fixed(self, results: Sequence[Linted]) -> Report:
        """Mend what can be mended, and report what is left."""
        from klcli.cli.linting.fixing import fixes, write

        findings = self.findings(results)
        paths = self.plan.walked.files
        found = write(fixes(findings, self.plan.sources, self.plan.trees), paths)
        self._tell(found, "fixed", len(findings))
        report = self.report(self.linted() if found.changes else results)
        return replace(report, broken=report.broken or _has_bugs(found.refused))

    def written(self, results: Sequence[Linted], file: str) -> Report:
        """Accept what was found."""
        from klcli.cli.linting.baseline import save

        findings = self.findings(results)
        save(file, findings)
        self._say(f"wrote {_counted(len(findings), 'finding')} to {file}")
        return self._reported(results, [])

    def _reported(self, results: Sequence[Linted], findings: Sequence[Finding]) -> Report:
        by_path: dict[str, list[Finding]] = defaultdict(list)
        for found in findings:
            by_path[found.place.path].append(found)
        shown = [replace(result, findings=tuple(by_path[result.path])) for result in results]
        notebooks = self.plan.sources.notebooks(by_path)
        report = lint_report(
            shown, show_terms=self.plan.show_terms, notes=self.plan.notes, notebooks=notebooks
        )
        return report if results else replace(report, readable=True)  # all that is named is excluded

    def tell_of_the_rest(self, results: Sequence[Linted]) -> None:
        """What was not checked, and why; also where nothing else is told."""
        for result in results:
            if result.unreadable:
                say(_line(result, "was not read"))
        if named := self.plan.walked.named:
            shown = ", ".join(map(visible, named[:_MOST_NAMED]))
            more = f" and {len(named) - _MOST_NAMED:,} more" if len(named) > _MOST_NAMED else ""
            say(f"note: {shown}{more} {'is' if len(named) == 1 else 'are'} excluded, and not checked")

    def _tell(self, found: Fixes, verb: str, count: int) -> None:
        for refused in found.refused:
            say(_line(refused, "is not fixed"))
        fixed = sum(change.fixed for change in found.changes)
        files = f" in {_counted(len(found.changes), 'file')}" if fixed else ""
        self._say(f"{verb} {fixed} of {_counted(count, 'finding')}{files}")

    def _say(self, text: str) -> None:
        if not self.settings.quiet:
            say(visible(text))


def _line(result: Linted, words: str) -> str:
    """What happened to a file, and why."""
    kind = "error" if result.is_bug else "note" if result.is_foreign else "warning"
    return f"{kind}: {visible(result.path)} {words}: {visible(result.unreadable)}"


def _has_bugs(results: Iterable[Linted]) -> bool:
    return any(result.is_bug for result in results)


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'s' * (count != 1)}"
