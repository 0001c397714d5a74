"""From a dataset to a listening server, until it is told to stop."""

from __future__ import annotations

import errno
import ipaddress
import socket
import sys
from collections.abc import Callable

import uvicorn
from pyoxigraph import RdfFormat

from cnil_kg.errors import EngineError, InputError
from cnil_kg.serving.app import Site, application
from cnil_kg.serving.limits import Limits
from cnil_kg.serving.page import Words
from cnil_kg.serving.pool import Pool
from cnil_kg.sparql.dataset import Dataset

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
BACKLOG = 128


def is_loopback(host: str) -> bool:
    """True for a name or address that only this machine reaches."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def bound(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one.

    Raises:
        InputError: the port is taken, or the host is not of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    place = f"{host}:{port}"
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        if sys.platform != "win32":  # there it would share a port in use
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host.strip("[]"), port))
        listening.listen(BACKLOG)
    except OSError as error:
        listening.close()
        if error.errno == errno.EADDRINUSE:
            raise InputError("this port is in use", place, "Choose another with --port; 0 takes a free one.") from error
        raise InputError(f"cannot listen here ({error.strerror or error})", place, "Give --host, --port.") from error
    listening.setblocking(False)
    return listening


def serve(
    data: Dataset,
    listening: socket.socket,
    host: str,
    limits: Limits,
    say: Callable[[str], None],
    **options: object,
) -> None:
    """Answer until Ctrl-C or SIGTERM; then every worker is ended.

    Args:
        data: what queries are asked of.
        listening: as `bound` gives it.
        host: as the user named it, for the address printed.
        limits: of each query.
        say: prints the address once queries can be asked, and what is not bounded.
        options: `lang`, `origins` of `Site`.

    Raises:
        EngineError: the workers do not start.
    """
    pool = Pool(data.store.dump(format=RdfFormat.N_QUADS) or b"", data.graphs, limits)

    def ready() -> None:
        if not pool.held:
            say("cnil-kg: this system cannot bound the memory of a query; --max-memory has no effect.")
        say(f"http://{host}:{listening.getsockname()[1]}/")

    hosts = LOOPBACK if is_loopback(host) else ()
    site = Site(pool, Words(data), hosts=hosts, ready=ready, **options)  # type: ignore[arg-type]
    config = uvicorn.Config(
        application(site),
        lifespan="on",
        access_log=False,  # addresses hold queries
        log_level="critical",
        server_header=False,
        ws="none",
        timeout_graceful_shutdown=1,
        limit_concurrency=limits.max_waiting * 4,
    )
    server = uvicorn.Server(config)
    server.run(sockets=[listening])
    if not server.started:
        raise EngineError("the worker processes did not start", "", "Is there memory left?")
