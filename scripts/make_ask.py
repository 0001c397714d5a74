"""Write `docs/ask.md`: what `cnil-kg ask` answers about a shipped example."""

from __future__ import annotations

import os
from pathlib import Path

import click

from cnil_kg.ask import ask
from cnil_kg.formats.ask import as_yaml, render

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "ask.md"
EXAMPLE = "examples/bank.ttl"
AS_OF = "2026-11-25"
SHOWN = 3
TEXT = """\
# What is missing: the questions

`cnil-kg ask FILE` asks for what would settle everything undetermined for want of facts. The questions are the facts
of minimal sufficient sets: however they are answered, lists being given whole, nothing stays open for want of a fact,
and none could be spared for the verdict it is asked for. Those that unlock most come first; after them, those to be
asked only where other answers bring a requirement into play. What waits for a person, and contradictions with both
sides, stand apart. Written by `scripts/make_ask.py`; a test holds it to date.

`cnil-kg ask {example} --list --lang en`

```text
{text}
...
```

## Answers

In a terminal, `cnil-kg ask FILE` puts the questions one after the other; after each answer everything is concluded
anew, so that nothing is asked that is settled already. An answer that does not fit is told and asked again; Enter
skips a question; `end`, or Ctrl-C, stops and keeps what was answered. The answers go under a copy of the text
(`NAME.answered.ttl`, or `-o`), comments and layout as they were; for other syntaxes than Turtle and N-Triples they go
to a file beside it (`NAME.answers.ttl`), to be given together with the description. FILE itself never changes.

`--format yaml` writes a file to fill in instead, to be read beside the description:

```yaml
{yaml}
...
```

`--format json` gives `questions[]` with, for each: `fact` and `subject`, `question`, `why`, `articles`, `answerType`,
`choices`, `askWhom` (`dpo`, `engineer`, `owner`, `supplier`), `unlocks[]`, and `endings[]`, the answers that alone
settle a verdict which otherwise takes several; `cnil-kg schema questions` is its JSON Schema. `--format md` is the
list for a note.
"""


def page() -> str:
    """The page, as it should stand."""
    asking = ask([EXAMPLE], as_of=AS_OF)
    blocks = click.unstyle(render(asking, "en")).split("\n\n")
    lines = as_yaml(asking, "en").split("\n\n")
    return TEXT.format(example=EXAMPLE, text="\n\n".join(blocks[: SHOWN + 1]), yaml="\n\n".join(lines[:3]))


if __name__ == "__main__":
    os.chdir(ROOT)
    PAGE.write_text(page(), encoding="utf-8")
