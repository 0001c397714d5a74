"""Generated facts: the same every time."""

from __future__ import annotations

import random
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from cnil_kg.rulebook import load_rulebook
from cnil_kg.vocab import shrink


@pytest.fixture
def random_descriptions() -> list[list[str]]:
    """Descriptions of a lone processing, each a list of one-fact lines; facts that decide verdicts come often."""
    chance = random.Random(35)
    facts = [f for f in load_rulebook().facts if f.unit == "processing" and f.type in ("boolean", "choice", "list")]
    descriptions = []
    for _ in range(40):
        chosen = chance.sample(facts, 60)
        lines = ["ex:p ckg:operationalUse ckg:UndefinedUse .\n", "ex:p ckg:processesPersonalData true .\n"]
        taken = {"ckg:operationalUse", "ckg:processesPersonalData"}
        for fact in chosen:
            name = shrink(fact.iri)
            if name not in taken:
                answer = chance.choice(fact.answers)
                value = str(answer) if str(answer).startswith(("<", '"')) else f"<{answer}>"
                lines.append(f"ex:p {name} {value} .\n")
        descriptions.append(lines)
    return descriptions
