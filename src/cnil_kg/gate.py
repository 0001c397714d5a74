"""What surrounds the report of `validate`: the waivers of the configuration."""

from __future__ import annotations

from typing import BinaryIO

from cnil_kg.config import beside, read_config
from cnil_kg.model import Report
from cnil_kg.reason import Reasoned
from cnil_kg.report import build
from cnil_kg.runs import reasoned_upon
from cnil_kg.waivers import described_beside, waived


def gated(
    inputs: tuple[str, ...],
    *,
    config: str | None = None,
    use_config: bool = True,
    format: str | None = None,
    stdin: BinaryIO | None = None,
    as_of: str | None = None,
) -> Report:
    """Load, reason, validate, report, and put the waivers on what they are about.

    Args:
        inputs: files, folders, `-`.
        config: the configuration file; default those beside the inputs (`config.beside`).
        use_config: False to read none.
        format, stdin, as_of: as for `report.examine`.

    Returns:
        The report; bad inputs and bad waivers are in its `errors`.
    """
    reasoned = reasoned_upon(inputs, format=format, stdin=stdin, as_of=as_of)
    report = build(reasoned)
    return with_waivers(report, reasoned, config) if use_config else report


def with_waivers(report: Report, reasoned: Reasoned, config: str | None = None) -> Report:
    """The report with the waivers of a configuration file, default those beside the inputs."""
    files = beside(reasoned.facts.inputs) if config is None else (config,)
    if not files:
        return report
    configs = [read_config(file) for file in files]
    # A file named on purpose is for this run: all its waivers must be about it.
    elsewhere = described_beside(reasoned.rulebook) if config is None else lambda waiver: False
    return waived(report, reasoned, configs, elsewhere)
