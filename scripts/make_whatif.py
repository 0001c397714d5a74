"""Write `docs/whatif.md`: what `cnil-kg whatif` answers about a shipped example."""

from __future__ import annotations

import os
from pathlib import Path

from cnil_kg.formats.whatif import render, render_goal
from cnil_kg.hypotheses.search import Bounds
from cnil_kg.whatif import compare, read, seek

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "whatif.md"
EXAMPLE = "examples/bank.ttl"
AS_OF = "2026-11-25"
REMOVED = "ex:training ckg:mandatoryListItem ckg:LM08"
GOAL = "reuse=allowed"
TEXT = """\
# What if: another description, another verdict

`cnil-kg whatif FILE` supposes that FILE said something else, and shows which verdicts change. FILE never changes.
What is shown describes a different project: it is no advice to describe a project otherwise than it is. Written by
`scripts/make_whatif.py`; a test holds it to date.

## Statements

`--add` and `--remove` take a statement, and can be repeated. It is written

- in Turtle, with the prefixes of FILE and ours: `"ex:training ckg:largeScale true"`;
- or in the short names of the YAML form: `training.largeScale=true`. What stands before the dot is the IRI, the
  prefixed name or the last part of the IRI of what the fact is about; a fact about the part of an actor or of a
  dataset in a processing takes the actor or the dataset (`bank.determinesPurpose=Alone`), and nothing need stand
  there when only one fits (`collectionMode=OwnDataReuse`).

A term or a name that is not known is an error that names the nearest one; so is removing what is not stated, or
adding what is. Adding a value against one that is stated is a contradiction, and shown as such: remove the other
one too.

`cnil-kg whatif {example} --remove "{removed}" --lang en`

```text
{compared}
```

## Goals

`--goal question=outcome` (`dpia=notRequired`, `role=processor@acme`) looks for the smallest changes of stated facts
that would lead to a verdict: facts of the fact table that the rules of the question read, added, taken away or
given another value; the rest of the description stays. `legalBasis=consent` means that this basis stands.
`@subject` tells which processing, actor or dataset is meant where there are several; `@actor@processing` both.

`cnil-kg whatif {example} --goal {goal} --size 2 --lang en`

```text
{sought}
```

- Changes of one fact come first, then of two, up to `--size` (4). The search ends at `--limit` changes (5) or after
  `--time` seconds (20), and says so. Where rules do not tell values apart, one of them is listed.
- Only smallest: each change, with each of its parts, is tried by the engine, hundreds of named graphs at once; none
  is listed a part of which is enough, or that would make a fact both stated and denied.
- A goal that cannot be reached says why: no rule in force that day concludes it; none can apply here; the
  description claims otherwise itself (`dpv:hasDataController`); or no change of a fact lifts what stays, which is
  listed with its lines.
- With `--add` and `--remove`, the search starts from the description so changed.

## JSON

`--format json`. Without a goal: `removed`, `added`, `compared` (how many `conclusions` and `findings`), then
`conclusions[]` (`kind`: `appeared`, `gone` or `changed`; `question`, `project`, `subject`, `object`, `before`,
`after`, each with `value`, `status`, `presumed`, `toBeConfirmed`, `reason`, `rules`, `articles`, `missing`),
`findings[]` (`kind`, `id`, `project`, `subject`, `level`, `message`, `articles`, `before`, `after`) and
`contradictions[]`. With one: `goal`, `already`, `changes[]`, each a list of steps (`kind`: `add`, `remove` or
`replace`; `subject`, `property`, `label`, `removed[]`, `added[]` and `beside[]` (values that stay) with
`value`, `text` and where it is `stated`;
`value` is null where any value of the kind told in `text` will do), `stopped` (null, `limit`, `time`, `size` or
`unconfirmed`) and `impossible` (null, or `why`: `no-rule`, `not-here`, `claim` or `facts`; `rules`; `stated[]`).
Exit code 0 when it answered, 2 for a statement, goal or file that cannot be read.
"""


def page() -> str:
    """The page, as it should stand."""
    about = read([EXAMPLE], as_of=AS_OF)
    compared = render(compare(about, [], [REMOVED]), "text", "en")
    sought = render_goal(seek(about, GOAL, Bounds(seconds=120, size=2)), "text", "en")
    return TEXT.format(example=EXAMPLE, removed=REMOVED, goal=GOAL, compared=compared.rstrip(), sought=sought.rstrip())


if __name__ == "__main__":
    os.chdir(ROOT)
    PAGE.write_text(page(), encoding="utf-8")
