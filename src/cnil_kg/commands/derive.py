"""`cnil-kg derive`: the triples that follow."""

from __future__ import annotations

import sys

import click

from cnil_kg.options import AS_OF, ENDPOINT, FORMAT_SYNTAX, sources, tell


@click.command("derive")
@click.argument("inputs", nargs=-1, metavar="FILE...")
@ENDPOINT
@click.option("--rule-of", is_flag=True, help="Tell, in a comment after each triple, the rules that derive it.")
@click.option("--put", metavar="URL", help="Graph Store Protocol address of a store to put them in.")
@click.option(
    "--graph", default="urn:cnil-kg:derived", show_default=True, metavar="IRI", help="The graph that --put replaces."
)
@AS_OF
@FORMAT_SYNTAX
def command(
    inputs: tuple[str, ...],
    endpoints: tuple[str, ...],
    rule_of: bool,
    put: str | None,
    graph: str,
    as_of: str | None,
    syntax: str | None,
) -> None:
    """Write only the triples that follow from FILE..., as N-Triples; or --put them in a store as a graph."""
    from cnil_kg.derive import derived_triples  # noqa: PLC0415

    text, errors = derived_triples(
        sources(inputs, endpoints), format=syntax, stdin=sys.stdin.buffer, as_of=as_of, rule_of=rule_of
    )
    tell(errors)
    if put is not None and not errors:  # nothing half-derived leaves
        from cnil_kg.connectors.sparql import put_graph  # noqa: PLC0415
        from cnil_kg.connectors.web import Web  # noqa: PLC0415

        put_graph(Web(), put, graph, text)
    elif put is None:
        click.echo(text, nl=False)
    sys.exit(2 if errors else 0)
