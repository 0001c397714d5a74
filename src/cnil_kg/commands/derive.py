"""`cnil-kg derive`: the triples that follow."""

from __future__ import annotations

import sys

import click

from cnil_kg.options import AS_OF, FORMAT_SYNTAX, tell


@click.command("derive")
@click.argument("inputs", nargs=-1, required=True, metavar="FILE...")
@click.option("--rule-of", is_flag=True, help="Tell, in a comment after each triple, the rules that derive it.")
@AS_OF
@FORMAT_SYNTAX
def command(inputs: tuple[str, ...], rule_of: bool, as_of: str | None, syntax: str | None) -> None:
    """Write only the triples that follow from FILE..., as N-Triples."""
    from cnil_kg.derive import derived_triples  # noqa: PLC0415

    text, errors = derived_triples(inputs, format=syntax, stdin=sys.stdin.buffer, as_of=as_of, rule_of=rule_of)
    tell(errors)
    click.echo(text, nl=False)
    sys.exit(2 if errors else 0)
