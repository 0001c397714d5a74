"""`cnil-kg query`: a question of the library, or SPARQL, over facts and verdicts."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cnil_kg.errors import InputError
from cnil_kg.options import AS_OF, ENDPOINT, INPUT_SYNTAX, default_language, sources, tell

if TYPE_CHECKING:
    from cnil_kg.sparql.dataset import Dataset
    from cnil_kg.sparql.library import Query

FORMATS = ("table", "csv", "tsv", "json", "xml", "ttl", "nt")


@click.command("query")
@click.argument("question", required=False, metavar="[NAME|FILE.rq|-]")
@click.argument("inputs", nargs=-1, metavar="FILE...")
@ENDPOINT
@click.option("--list", "listed", is_flag=True, help="Name the questions of the library, their parameters; then stop.")
@click.option("--param", "given", multiple=True, metavar="NAME=VALUE", help="A parameter of the question; repeatable.")
@click.option("--format", "output", type=click.Choice(FORMATS), default="table", help="How to write the answer.")
@click.option(
    "--graph",
    "layers",
    multiple=True,
    type=click.Choice(["stated", "derived", "verdicts", "all"]),
    help="What to ask: stated or derived facts, verdicts; repeatable (default all).",
)
@click.option("--lang", type=click.Choice(["fr", "en"]), default=default_language, help="Language of the table.")
@AS_OF
@INPUT_SYNTAX
def command(
    question: str | None,
    inputs: tuple[str, ...],
    endpoints: tuple[str, ...],
    listed: bool,
    given: tuple[str, ...],
    output: str,
    layers: tuple[str, ...],
    lang: str,
    as_of: str | None,
    syntax: str | None,
) -> None:
    """Ask FILE... a question of the library, or a SPARQL query, over stated and derived facts and verdicts."""
    from cnil_kg.sparql.dataset import dataset  # noqa: PLC0415
    from cnil_kg.sparql.guard import guard  # noqa: PLC0415
    from cnil_kg.sparql.parameters import bindings  # noqa: PLC0415
    from cnil_kg.sparql.run import wanted  # noqa: PLC0415

    if listed:
        _list(output, lang)
        return
    if question is None or not (inputs or endpoints):
        raise click.UsageError("Give a question and the files to ask; `cnil-kg query --list` names the questions.")
    asked = _asked(question)
    bindings(asked.parameters, given, asked.where)  # a bad parameter is told before anything is read
    guard(asked.sparql, None, asked.where)
    data = dataset(
        sources(inputs, endpoints), format=syntax, stdin=sys.stdin.buffer, as_of=as_of, layers=wanted(asked, layers)
    )
    tell(data.errors)
    if data.described or not data.errors:
        click.echo(_written(data, asked, output, given, lang), nl=False)
    sys.exit(2 if data.errors else 0)


def _list(output: str, lang: str) -> None:
    import json  # noqa: PLC0415

    from cnil_kg.formats.table import as_json, listing  # noqa: PLC0415
    from cnil_kg.sparql.library import library  # noqa: PLC0415

    if output == "json":
        click.echo(json.dumps({"questions": as_json(library().values())}, ensure_ascii=False, indent=2))
    else:
        click.echo(listing(library().values(), lang), nl=False)


def _asked(question: str) -> Query:
    """The query a user means: standard input, a file, or a question of the library."""
    from cnil_kg.sparql.library import named, user_query  # noqa: PLC0415

    if question == "-":
        data, where = sys.stdin.buffer.read(), "-"
    elif question.lower().endswith((".rq", ".sparql")):
        where = question
        try:
            data = Path(question).read_bytes()
        except OSError as error:
            what = f"cannot be read ({error.strerror})"
            raise InputError(what, question, "Give a file of SPARQL, or a name of `cnil-kg query --list`.") from error
    else:
        return named(question)
    try:
        return user_query(data.decode("utf-8-sig"), where)
    except UnicodeDecodeError as error:
        raise InputError("is not text in UTF-8", where, "Save it as UTF-8.") from error


def _written(data: Dataset, asked: Query, output: str, given: tuple[str, ...], lang: str) -> str:
    from cnil_kg.formats.table import plain, render  # noqa: PLC0415
    from cnil_kg.sparql.run import document, table  # noqa: PLC0415

    if output == "table":
        return render(table(data, asked, given), data, asked, lang)
    text = document(data, asked, output, given).decode("utf-8")
    return plain(text) if sys.stdout.isatty() else text
