"""Write `docs/changes.md`: what `cnil-kg diff` and `cnil-kg impact` answer about shipped descriptions."""

from __future__ import annotations

import os
from pathlib import Path

import click

from cnil_kg.diff import diff
from cnil_kg.formats.diff import render as render_diff
from cnil_kg.formats.impact import render as render_impact
from cnil_kg.impact import impact
from cnil_kg.trials import MOST

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "changes.md"
AS_OF = "2026-11-25"
OLD = "tests/cases/F5-08/fail-completed-one-day-after.ttl"
NEW = "tests/cases/F5-08/pass-completed-the-same-day.ttl"
EXAMPLES = "examples"
BANNED = "tests/cases/F5-46/silent-not-yet-in-force.ttl"
TEXT = """\
# What changed, and what will

## Between two versions: `diff`

`cnil-kg diff OLD NEW` tells the facts, conclusions, results on the way and requirements that changed, each with the
facts that caused it. OLD and NEW are files, folders, or git revisions as git spells them: `cnil-kg diff
HEAD~1:project.ttl project.ttl` (from the top of the repository; `HEAD~1:./project.ttl` from the current folder).
Nothing is fetched.

```text
$ cnil-kg diff {old} \\
      {new} --lang en
{diff}```

A cause is a minimal set: these changes alone, made to the older version, give the verdict of the newer one, and none of
them can be left out. Where several changes would each suffice, one is named. Causes are found by trying: up to {most}
changed facts a project; beyond, and for a project that only one version holds, "cause not traced" is said. The same law
(`--as-of`, default today) is applied to both versions. Nodes without a name are paired by what they hang from and hold.

## Between two days: `impact`

`cnil-kg impact --from DATE --to DATE FILE...` tells what changes after the first day and until the second, if the
descriptions stay as they are: rules, items of lists and thresholds that begin or end, days from which the AI Act
applies, and days that a description states (start of the processing, due date of a measure). Each verdict that changes
names what changes it. An entry that no rule of this version reads is told as such: it may matter to a project all the
same.

For the shipped examples, from the bans added to the AI Act (2 December 2026) to the uses of its Annex III (2 December
2027):

{impacts}
A project that such a ban concerns:

{banned}
`--format json` and `--format markdown` give the same for a program or a note. Both commands exit with 0 when they
answered, 2 for bad input. Written by `scripts/make_changes.py`; a test holds it to date.
"""


def page() -> str:
    """The page, as it should stand."""

    compared = click.unstyle(render_diff(diff(OLD, NEW, as_of=AS_OF), "en"))
    impacts = _impact(EXAMPLES, "2026-12-01", "2027-12-02")
    banned = _impact(BANNED, "2026-12-01", "2026-12-02")
    return TEXT.format(old=OLD, new=NEW, diff=compared, most=MOST, impacts=impacts, banned=banned)


def _impact(source: str, start: str, end: str) -> str:
    found = impact([source], start, end)
    text = click.unstyle(render_impact(found, "en"))
    return f"```text\n$ cnil-kg impact {source} --from {start} --to {end} --lang en\n{text}```\n"


if __name__ == "__main__":
    os.chdir(ROOT)
    PAGE.write_text(page(), encoding="utf-8")
