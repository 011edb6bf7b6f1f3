"""One run of ``klcli lint``, which tells on standard error what it does beside the report."""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from klcli.cli.linting.baseline import Entry, accepted_in, save, unused, without
from klcli.cli.linting.driver import findings_of, lint_files
from klcli.cli.linting.fixing import Fixes, diff, fixes, write
from klcli.cli.linting.plan import Flags, Plan, plan
from klcli.cli.output import Settings
from klcli.errors import KlcliError
from klcli.lint.findings.types import Finding, Linted
from klcli.report.document import Document
from klcli.report.lint import lint_report
from klcli.report.report import Report

__all__ = ["run"]


def run(flags: Flags, settings: Settings) -> tuple[Report, Settings]:
    """Do what the flags ask for: the report, and how it is to be written.

    Raises:
        KlcliError: the flags, the configuration or the baseline mean nothing.
    """
    if flags.diff and settings.chosen() != "text":
        raise KlcliError(f"--diff is text, not {settings.chosen()}", "leave --format out")
    chosen = plan(flags)
    accepted = accepted_in(chosen.baseline) if chosen.baseline else Counter[Entry]()
    one = _Run(flags, settings, chosen, accepted)
    results = one.linted()
    if flags.diff:
        return one.changes(results), replace(settings, quiet=max(1, settings.quiet))
    if flags.fix and one.fix(results):
        results = one.linted()
    if flags.write_baseline:
        return one.written(results, flags.write_baseline), settings
    return one.report(results), settings


@dataclass(frozen=True, slots=True)
class _Run:
    flags: Flags
    settings: Settings
    plan: Plan
    accepted: Counter[Entry] = field(default_factory=Counter)

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
            kept = without(kept, self.accepted, self.plan.baseline)
        return [found for found in kept if self.plan.notes or found.severity != "note"]

    def report(self, results: Sequence[Linted]) -> Report:
        """The report of what was found."""
        if self.plan.baseline:
            read = [result.path for result in results if not result.unreadable]
            gone = unused(findings_of(results), self.accepted, self.plan.baseline, read)
            if gone:
                hint = f"--write-baseline {self.plan.baseline} writes what is left"
                self._say(f"{_counted(gone, 'finding')} of {self.plan.baseline} found no more; {hint}")
        return self._reported(results, self.findings(results))

    def changes(self, results: Sequence[Linted]) -> Report:
        """The differences that --fix would make, as the bare result."""
        findings = self.findings(results)
        found = fixes(findings, self.plan.sources)
        self._tell(found, "would fix", len(findings))
        report = self._reported(results, findings)
        return replace(report, document=Document("", ()), bare=diff(found.changes), holds=not found.changes)

    def fix(self, results: Sequence[Linted]) -> bool:
        """Mend what can be mended; whether anything was."""
        findings = self.findings(results)
        found = write(fixes(findings, self.plan.sources))
        self._tell(found, "fixed", len(findings))
        return bool(found.changes)

    def written(self, results: Sequence[Linted], file: str) -> Report:
        """Accept what was found."""
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
        if not results:
            self._say("warning: every file that is named is excluded")
            return replace(report, readable=True)
        return report

    def _tell(self, found: Fixes, verb: str, count: int) -> None:
        for reason in found.refused:
            self._say(f"warning: {reason}")
        fixed = sum(change.fixed for change in found.changes)
        files = f" in {_counted(len(found.changes), 'file')}" if fixed else ""
        self._say(f"{verb} {fixed} of {_counted(count, 'finding')}{files}")

    def _say(self, text: str) -> None:
        if not self.settings.quiet:
            print(text, file=sys.stderr)


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'s' * (count != 1)}"
