"""A worker process: reads the data once, then a job a line, and answers each.

Standard input: a line of JSON (`Start`), as many bytes of N-Quads, then jobs. Standard output: for each job a line of
JSON (`{"status": 200, "size": n}` or `{"status": 400, "message": "..."}`) and `size` bytes. It ends when its input
does, in the middle of a query too: a thread watches, since the engine cannot be stopped otherwise.
"""

from __future__ import annotations

import json
import os
import queue
import sys
import threading
from typing import BinaryIO

from pyoxigraph import RdfFormat, Store

from cnil_kg.errors import CnilKgError
from cnil_kg.serving.answering import Job, answer
from cnil_kg.serving.limits import MIB, Refusal
from cnil_kg.sparql.run import with_large_stack

SPARE = 128 * MIB
"""Address space that threads and the allocator reserve without using it on Linux."""


def main() -> None:
    """Serve jobs until the input ends."""
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    start = json.loads(source.readline())
    store = Store()
    store.bulk_load(source.read(start["size"]), format=RdfFormat.N_QUADS)
    graphs = frozenset(start["graphs"])
    jobs: queue.Queue[str] = queue.Queue()

    def work() -> None:
        # the stack of this thread is reserved by now: it does not count as memory of a query
        _reply(sink, {"status": 200, "held": bound_memory(start["max_memory"])}, b"")
        while True:
            _reply(sink, *run(store, graphs, jobs.get(), start["max_rows"]))

    threading.Thread(target=_listen, args=(source, jobs), daemon=True).start()
    with_large_stack(work)


def run(store: Store, graphs: frozenset[str], line: str, max_rows: int) -> tuple[dict[str, object], bytes]:
    """The head and body of the reply to a job; no fault leaves it."""
    try:
        found = answer(store, graphs, Job.from_json(line), max_rows)
        return {"status": 200, "left_out": found.left_out, "undetermined": found.undetermined}, found.body
    except Refusal as refusal:
        return {"status": refusal.status, "message": refusal.message}, b""
    except CnilKgError as error:
        return {"status": 400, "message": str(error)}, b""
    except MemoryError:
        return {"status": 503, "memory": True}, b""
    except Exception as error:
        # the name alone: what it says may quote the data
        return {"status": 500, "message": f"Internal fault ({type(error).__name__}): please report it."}, b""


def bound_memory(mebibytes: int) -> bool:
    """Bound the address space to what is used now and `mebibytes` more; False where the system has no such bound."""
    try:
        import resource  # noqa: PLC0415  (not on Windows)

        with open("/proc/self/statm", encoding="ascii") as file:
            used = int(file.read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + SPARE + mebibytes * MIB,) * 2)
    except (ImportError, OSError, ValueError):
        return False
    return True


def _listen(source: BinaryIO, jobs: queue.Queue[str]) -> None:
    for line in source:
        jobs.put(line.decode())
    os._exit(0)


def _reply(sink: BinaryIO, head: dict[str, object], body: bytes) -> None:
    sink.write(json.dumps({**head, "size": len(body)}).encode() + b"\n" + body)
    sink.flush()
