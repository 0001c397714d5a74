"""The command line: each command parses, calls one function, prints (`cnil_kg.commands`, a module each).

Exit codes of `validate`: 0 every applicable obligation met (or waived by name) and nothing open; 1 a violation or a
contradiction; 2 bad input or usage, or nothing to examine; 3 a fault of ours; 4 no violation, but something
undetermined; 130 interrupted. Other commands: 0, 2, 3, 130; `replay` also 1, another result with other versions.
"""

from __future__ import annotations

import os
import pkgutil
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

import click

from cnil_kg import __version__, commands
from cnil_kg.errors import FAULTS, CnilKgError


class Commands(click.Group):
    """The modules of `cnil_kg.commands`, each imported when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, sorted."""
        return sorted(module.name.rstrip("_") for module in pkgutil.iter_modules(commands.__path__))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, if there is one."""
        for module in pkgutil.iter_modules(commands.__path__):
            if module.name.rstrip("_") == cmd_name:
                found = import_module(f"{commands.__name__}.{module.name}").command
                assert isinstance(found, click.Command)
                return found
        return None


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="cnil-kg")
def cli() -> None:
    """Check AI projects, described in RDF, against the CNIL's AI how-to sheets."""


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
        return 3 if error.code in FAULTS else 2
    except Exception as error:
        click.echo(
            f"cnil-kg: internal fault ({type(error).__name__}: {error}). This is our fault: please report it, with the "
            "description if you may share it. Set CNIL_KG_TRACEBACK=1 to see where.",
            err=True,
        )
        if os.environ.get("CNIL_KG_TRACEBACK"):
            raise
        return 3
