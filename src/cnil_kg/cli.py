"""The command line: each command parses, calls one function, prints.

Exit codes: 0 every applicable obligation met and nothing open; 1 a violation or a contradiction; 2 bad input or usage,
or nothing to examine; 3 a fault of ours; 4 no violation, but something undetermined; 130 interrupted.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

import click

from cnil_kg import __version__
from cnil_kg.commands import query
from cnil_kg.errors import CnilKgError
from cnil_kg.options import AS_OF, FORMAT_SYNTAX, INPUT_SYNTAX, SYNTAXES, default_language, tell

FORMATS = ("text", "json", "markdown")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="cnil-kg")
def cli() -> None:
    """Check AI projects, described in RDF, against the CNIL's AI how-to sheets."""


@cli.command()
@click.argument("inputs", nargs=-1, required=True, metavar="FILE...")
@click.option("--format", "output", default="text", help="text, json or markdown; or the syntax of the input.")
@click.option("--lang", type=click.Choice(["fr", "en"]), default=default_language, help="Language of the report.")
@AS_OF
@click.option("--strict", is_flag=True, help="A recommendation not followed also fails the run (1).")
@click.option("--allow-undetermined", is_flag=True, help="Undetermined points do not fail the run (0).")
@INPUT_SYNTAX
def validate(
    inputs: tuple[str, ...],
    output: str,
    lang: str,
    as_of: str | None,
    strict: bool,
    allow_undetermined: bool,
    syntax: str | None,
) -> None:
    """Verdicts and requirements for the projects described in FILE... (files, folders, or - for standard input)."""
    from cnil_kg.report import examine, exit_code  # noqa: PLC0415

    if output in SYNTAXES:  # `--format turtle` names the input, as for other RDF tools
        output, syntax = "text", output
    if output not in FORMATS:
        raise click.BadParameter(f"{output} is none of {', '.join(FORMATS + SYNTAXES)}", param_hint="--format")
    report = examine(inputs, format=syntax, stdin=sys.stdin.buffer, as_of=as_of)
    tell(report.errors)
    if report.conclusions or report.findings or not report.errors:
        click.echo(import_module(f"cnil_kg.formats.{output}").render(report, lang), nl=False)
    sys.exit(exit_code(report, strict=strict, allow_undetermined=allow_undetermined))


@cli.command()
@click.argument("inputs", nargs=-1, required=True, metavar="FILE...")
@click.option("--rule-of", is_flag=True, help="Tell, in a comment after each triple, the rules that derive it.")
@AS_OF
@FORMAT_SYNTAX
def derive(inputs: tuple[str, ...], rule_of: bool, as_of: str | None, syntax: str | None) -> None:
    """Write only the triples that follow from FILE..., as N-Triples."""
    from cnil_kg.derive import derived_triples  # noqa: PLC0415

    text, errors = derived_triples(inputs, format=syntax, stdin=sys.stdin.buffer, as_of=as_of, rule_of=rule_of)
    tell(errors)
    click.echo(text, nl=False)
    sys.exit(2 if errors else 0)


@cli.command()
@click.argument("source", metavar="FILE")
@click.argument("asked", required=False, metavar="[QUESTION|ID]")
@click.option("--subject", metavar="IRI", help="Only what is about this node (its IRI, or the end of it).")
@click.option("--why-not", is_flag=True, help="Also the rules that did not fire, with the premise that failed.")
@click.option("--format", "output", type=click.Choice(["text", "json", "markdown"]), default="text")
@click.option("--lang", type=click.Choice(["fr", "en"]), default=default_language, help="Language of the sentences.")
@AS_OF
@INPUT_SYNTAX
def explain(
    source: str,
    asked: str | None,
    subject: str | None,
    why_not: bool,
    output: str,
    lang: str,
    as_of: str | None,
    syntax: str | None,
) -> None:
    """Prove the conclusions about FILE, or one QUESTION (dpia, reuse, ...) or requirement or rule (F5-30)."""
    from cnil_kg.explain import explain as explained  # noqa: PLC0415
    from cnil_kg.formats.explain import as_json, render  # noqa: PLC0415

    found = explained(
        [source], asked, subject=subject, why_not=why_not, format=syntax, stdin=sys.stdin.buffer, as_of=as_of
    )
    tell(found.errors)
    if found.explanations or not found.errors:
        click.echo(as_json(found) if output == "json" else render(found, lang, markdown=output == "markdown"), nl=False)
    sys.exit(2 if found.errors else 0)


@cli.command()
@click.argument("what", type=click.Choice(["report", "description", "context"]), default="report")
def schema(what: str) -> None:
    """Print the JSON Schema of `validate --format json` (report), or of descriptions in YAML; or their context."""
    import json  # noqa: PLC0415

    from cnil_kg.formats.json import schema as text  # noqa: PLC0415
    from cnil_kg.outputs.schema import description_schema  # noqa: PLC0415
    from cnil_kg.rulebook import load_rulebook  # noqa: PLC0415

    if what == "report":
        click.echo(text(), nl=False)
    elif what == "description":
        click.echo(json.dumps(description_schema(load_rulebook()), ensure_ascii=False, indent=2))
    else:
        click.echo(json.dumps({"@context": load_rulebook().terms.short.context}, ensure_ascii=False, indent=2))


_OUTPUT = click.option(
    "-o", "--output", type=click.Path(dir_okay=False), help="File to write (default: standard output)."
)


def _form(form: str | None, output: str | None) -> str:
    """The syntax to write: as asked, else as the name of the file says."""
    return form or ("yaml" if output and output.lower().endswith((".yaml", ".yml")) else "turtle")


@cli.command()
@_OUTPUT
@click.option(
    "--format", "form", type=click.Choice(["turtle", "yaml"]), help="Default: as the name of the output says."
)
@click.option(
    "--from", "answers", type=click.Path(dir_okay=False), metavar="ANSWERS.yaml", help="Fill it from answers."
)
@click.option("--lang", type=click.Choice(["fr", "en"]), default=default_language, help="Language of the comments.")
def new(output: str | None, form: str | None, answers: str | None, lang: str) -> None:
    """Write a commented skeleton of a project description, or the description that a file of answers gives."""
    form = _form(form, output)
    if answers is None:
        from cnil_kg.skeleton import skeleton  # noqa: PLC0415

        _write(skeleton(lang, form), output)
        return
    from cnil_kg.answers import described  # noqa: PLC0415
    from cnil_kg.outputs.turtle import as_turtle  # noqa: PLC0415
    from cnil_kg.outputs.yamlform import as_yaml  # noqa: PLC0415
    from cnil_kg.rulebook import load_rulebook  # noqa: PLC0415

    book = load_rulebook()
    triples, base = described(answers, book)
    _write(as_yaml(triples, book.terms.short) if form == "yaml" else as_turtle(triples, base), output)


@cli.command()
@click.argument("source", metavar="FILE")
@_OUTPUT
@click.option("--to", "form", type=click.Choice(["turtle", "yaml"]), help="Default: as the name of the output says.")
@FORMAT_SYNTAX
def convert(source: str, output: str | None, form: str | None, syntax: str | None) -> None:
    """Write a description in Turtle or YAML; the same statements, without the comments."""
    from cnil_kg.outputs.convert import converted  # noqa: PLC0415

    _write(converted(source, _form(form, output), format=syntax, stdin=sys.stdin.buffer), output)


@cli.command("import")
@click.argument("source", metavar="SOURCE")
@_OUTPUT
@click.option("--from", "reader", metavar="READER", help="What the source is, where it does not tell (see --help).")
@click.option("--format", "form", type=click.Choice(["turtle", "ntriples", "jsonld"]), default="turtle")
@click.option("--id", "id_", default="", metavar="IRI", help="What the record describes, where it names nothing.")
@click.option("--vocabulary", type=click.Path(dir_okay=False), metavar="FILE", help="Definitions of its tags.")
@click.option("--lang", type=click.Choice(["fr", "en"]), default=default_language, help="Language of the messages.")
def import_(
    source: str, output: str | None, reader: str | None, form: str, id_: str, vocabulary: str | None, lang: str
) -> None:
    """Turn the record of a data catalog (file, or -) into a partial description: facts, and hints apart.

    READER: dcat, dpv, croissant, huggingface, ckan, datahub, openmetadata, or one of another package.
    """
    from cnil_kg.importing import import_record  # noqa: PLC0415

    found = import_record(
        source, reader=reader, form=form, lang=lang, id=id_, vocabulary=vocabulary, stdin=sys.stdin.buffer
    )
    for warning in found.warnings:
        place = "" if warning.where is None else warning.where.place
        click.echo(f"cnil-kg: {place}: {warning.text.of(lang)}", err=True)
    _write(found.text, output)


@cli.command("export")
@click.argument("target", type=click.Choice(["dpv", "ckan", "ropa"]))
@click.argument("inputs", nargs=-1, required=True, metavar="FILE...")
@_OUTPUT
@click.option("--format", "form", type=click.Choice(["trig", "jsonld"]), default="trig", help="Syntax of dpv.")
@click.option("--into", type=click.Path(dir_okay=False), metavar="RECORD", help="The CKAN package to patch.")
@AS_OF
@click.option("--lang", type=click.Choice(["fr", "en"]), default=default_language, help="Language of the headings.")
def export_(
    target: str,
    inputs: tuple[str, ...],
    output: str | None,
    form: str,
    into: str | None,
    as_of: str | None,
    lang: str,
) -> None:
    """Hand the facts and verdicts of FILE... over.

    dpv: DCAT and DPV, verdicts in a graph of their own; ckan: package_patch; ropa: record of processing (CSV).
    """
    from cnil_kg.exporting import export  # noqa: PLC0415

    _write(export(target, inputs, form=form, lang=lang, as_of=as_of, into=into, stdin=sys.stdin.buffer), output)


def _write(text: str, output: str | None) -> None:
    """Give a text to standard output, or to a file that is not there yet."""
    if output is None:
        click.echo(text, nl=False)
        return
    from cnil_kg.outputs.file import write_new  # noqa: PLC0415

    write_new(text, output)


@cli.command()
@click.argument("id_", required=False, metavar="[ID]")
@click.option("--format", "output", type=click.Choice(["text", "json"]), default="text", help="text or json.")
@click.option("--lang", type=click.Choice(["fr", "en"]), default=default_language, help="Language of the texts.")
def rules(id_: str | None, output: str, lang: str) -> None:
    """List the entries of the fiches, or show the one of ID: text, article, rule or shape, facts, cases, sources."""
    import json  # noqa: PLC0415

    from cnil_kg.catalogue import as_json, catalogue, one  # noqa: PLC0415
    from cnil_kg.formats.rules import listing, page  # noqa: PLC0415
    from cnil_kg.rulebook import load_rulebook  # noqa: PLC0415

    book = load_rulebook()
    entries = (one(book, id_),) if id_ else catalogue(book)
    if output == "json":
        click.echo(json.dumps(as_json(entries), ensure_ascii=False, indent=2))
    else:
        click.echo(page(book, entries[0], lang) if id_ else listing(entries, lang), nl=False)


cli.add_command(query)


def main() -> None:
    """Run the command line; every outcome has its documented exit code, no traceback reaches the user."""
    sys.exit(_guarded(lambda: cli.main(prog_name="cnil-kg", standalone_mode=False)))


def _guarded(call: Callable[[], Any]) -> int:
    try:
        code = call()
        return code if isinstance(code, int) else 0
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 0
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.ClickException as error:
        error.show()
        return 2
    except (click.Abort, KeyboardInterrupt):
        click.echo("cnil-kg: interrupted", err=True)
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except CnilKgError as error:
        click.echo(f"cnil-kg: {error}", err=True)
        return 3 if error.code in ("rule", "engine") else 2
    except Exception as error:
        click.echo(
            f"cnil-kg: internal fault ({type(error).__name__}: {error}). This is our fault: please report it, with the "
            "description if you may share it. Set CNIL_KG_TRACEBACK=1 to see where.",
            err=True,
        )
        if os.environ.get("CNIL_KG_TRACEBACK"):
            raise
        return 3
