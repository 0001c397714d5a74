"""What surrounds the report of `validate`: waivers, baseline, verification, exit code."""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import BinaryIO

from cnil_kg.baseline import Baseline, only_new, points, read_baseline, written
from cnil_kg.config import chosen, read_config
from cnil_kg.errors import InputError
from cnil_kg.inputs.sources import MAX_BYTES
from cnil_kg.model import Report
from cnil_kg.outputs.file import ensure_new, write_new
from cnil_kg.reason import Reasoned
from cnil_kg.report import build, exit_code
from cnil_kg.runs import reasoned_upon
from cnil_kg.verify import ensure_engines
from cnil_kg.waivers import sought, waived


@dataclass(frozen=True)
class Gate:
    """How a run is judged.

    Attributes:
        config: the configuration file; default those beside the inputs (`config.beside`).
        use_config: False to read none.
        baseline: the file of the points that are known.
        write_baseline: the file, not there yet, that gets the present points; they then fail no more.
        verify: have other engines work it out again.
        strict, allow_undetermined: as for `report.exit_code`.
    """

    config: str | None = None
    use_config: bool = True
    baseline: str | None = None
    write_baseline: str | None = None
    verify: bool = False
    strict: bool = False
    allow_undetermined: bool = False

    def code(self, report: Report) -> int:
        """The exit code of a report of this gate."""
        if self.write_baseline is not None:
            report = only_new(report, Baseline(self.write_baseline, frozenset(points(report))))
        return exit_code(report, strict=self.strict, allow_undetermined=self.allow_undetermined)


def gated(
    inputs: Sequence[str],
    gate: Gate,
    *,
    format: str | None = None,
    stdin: BinaryIO | None = None,
    as_of: str | None = None,
) -> Report:
    """Load, reason, validate and report; put the waivers on what they are about, leave out what a baseline knows.

    Args:
        inputs: files, folders, `-`.
        gate: waivers and baseline.
        format, stdin, as_of: as for `report.examine`.

    Returns:
        The report; bad inputs and bad waivers are in its `errors`.

    Raises:
        InputError: a bad baseline, or one that cannot be written.
    """
    known = read_baseline(gate.baseline) if gate.baseline is not None else None
    if gate.write_baseline is not None:
        ensure_new(gate.write_baseline)
    if gate.verify:
        ensure_engines()
        # Kept, for a bundle reads it again.
        stdin = io.BytesIO((stdin or sys.stdin.buffer).read(MAX_BYTES + 1)) if "-" in inputs else None
    reasoned = reasoned_upon(inputs, format=format, stdin=stdin, as_of=as_of)
    report = build(reasoned)
    if gate.verify:
        from cnil_kg.verify.told import Source, with_checks  # noqa: PLC0415

        report = with_checks(report, reasoned, Source(tuple(inputs), format, stdin))
    if gate.use_config:
        report = with_waivers(report, reasoned, gate.config)
    if gate.write_baseline is not None:
        report = _recorded(report, gate.write_baseline)
    return report if known is None else only_new(report, known)


def with_waivers(report: Report, reasoned: Reasoned, config: str | None = None) -> Report:
    """The report with the waivers of a configuration file, default those beside the inputs."""
    configs = [read_config(file) for file in chosen(reasoned.facts.inputs, config)]
    return waived(report, reasoned, configs, sought(config, reasoned.rulebook)) if configs else report


def _recorded(report: Report, file: str) -> Report:
    """Write the baseline of a report; not of one that lacks an input, whose points would come up as new."""
    if not report.errors:
        write_new(written(report), file)
        return report
    error = InputError("is not written: there are errors", file, "Repair what is told above.")
    return replace(report, errors=(*report.errors, error))
