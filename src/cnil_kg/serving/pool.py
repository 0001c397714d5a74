"""Worker processes, each with the data: one query at a time, killed at its limit and replaced."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from asyncio.subprocess import PIPE, Process
from typing import Any

from cnil_kg.errors import EngineError
from cnil_kg.serving.answering import Answer, Job
from cnil_kg.serving.limits import Limits, Refusal

START = 120.0
"""Seconds a worker may take to read the data."""
LINE = 1024 * 1024
WORKER = "import sys; sys.path = [p for p in sys.path if p]; from cnil_kg.serving.worker import main; main()"
"""Python adds the working folder to the path with `-c` and `-m`: a `queue.py` of the user's would be run there."""


class Pool:
    """The workers of a server.

    Args:
        data: the dataset in N-Quads.
        graphs: the IRIs of its graphs.
        limits: of each query.
    """

    def __init__(self, data: bytes, graphs: frozenset[str], limits: Limits) -> None:
        self.data, self.graphs, self.limits = data, graphs, limits
        self.held = True
        self._free: asyncio.Queue[Process] = asyncio.Queue()
        self._all: set[Process] = set()
        self._starting: set[asyncio.Task[None]] = set()
        self._waiting = 0
        self._closed = False

    async def start(self) -> None:
        """Start every worker.

        Raises:
            EngineError: one does not start.
        """
        try:
            await asyncio.gather(*(self._add() for _ in range(self.limits.workers)))
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """Kill every worker, busy or not, and wait for its end."""
        self._closed = True
        for task in tuple(self._starting):
            task.cancel()
        for process in tuple(self._all):
            await self._end(process)

    async def run(self, job: Job) -> Answer:
        """The answer of the first free worker.

        Raises:
            Refusal: the query is refused, has run into a limit, or no worker was free in time.
        """
        process = await self._take()
        answered = False
        try:
            head, body = await asyncio.wait_for(self._ask(process, job), self.limits.timeout)
            answered = True
        except asyncio.TimeoutError:
            message = f"The query took more than {self.limits.timeout:g} seconds (--timeout) and was stopped."
            raise Refusal(504, message) from None
        except (OSError, EOFError, asyncio.IncompleteReadError):
            raise await self._post_mortem(process) from None
        finally:
            if answered and not head.get("memory"):
                self._free.put_nowait(process)
            else:
                self._replace(process)
        if head.get("memory"):
            raise self._out_of_memory()
        if head["status"] != 200:
            raise Refusal(head["status"], head["message"])
        return Answer(body, head["left_out"], head["undetermined"])

    async def _take(self) -> Process:
        if self._waiting >= self.limits.max_waiting:
            raise Refusal(503, f"More than {self.limits.max_waiting} queries are waiting; ask again later.")
        self._waiting += 1
        try:
            return await asyncio.wait_for(self._living(), self.limits.timeout)
        except asyncio.TimeoutError:
            message = f"All {self.limits.workers} workers (--workers) were busy for {self.limits.timeout:g} seconds."
            raise Refusal(503, message) from None
        finally:
            self._waiting -= 1

    async def _living(self) -> Process:
        while True:
            process = await self._free.get()
            assert process.stdout is not None
            if process.returncode is None and not process.stdout.at_eof():
                return process
            self._replace(process)  # it was ended while idle

    async def _ask(self, process: Process, job: Job) -> tuple[dict[str, Any], bytes]:
        assert process.stdin is not None
        process.stdin.write(job.as_json().encode() + b"\n")
        await process.stdin.drain()
        return await _reply(process)

    async def _add(self) -> None:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", WORKER),
            stdin=PIPE,
            stdout=PIPE,
            stderr=PIPE,
            limit=LINE,
            start_new_session=True,  # Ctrl-C is for the server, which ends its workers
        )
        self._all.add(process)
        if self._closed:
            await self._end(process)
            return
        try:
            head = await asyncio.wait_for(self._load(process), START)
        except (OSError, EOFError, asyncio.TimeoutError, asyncio.IncompleteReadError) as error:
            await self._end(process)
            raise EngineError("a worker process did not start", "", "Is there memory left?") from error
        self.held = self.held and bool(head["held"])
        self._free.put_nowait(process)

    async def _load(self, process: Process) -> dict[str, Any]:
        assert process.stdin is not None
        start = {
            "size": len(self.data),
            "graphs": sorted(self.graphs),
            "max_rows": self.limits.max_rows,
            "max_memory": self.limits.max_memory,
        }
        process.stdin.write(json.dumps(start).encode() + b"\n" + self.data)
        await process.stdin.drain()
        return (await _reply(process))[0]

    def _replace(self, process: Process) -> None:
        """Kill a worker and start another, behind the answer."""
        task = asyncio.get_running_loop().create_task(self._replaced(process))
        self._starting.add(task)
        task.add_done_callback(self._starting.discard)

    async def _replaced(self, process: Process) -> None:
        await self._end(process)
        while not self._closed:
            with contextlib.suppress(EngineError, OSError):
                await self._add()
                return
            await asyncio.sleep(1)  # no memory now; later perhaps

    async def _end(self, process: Process) -> None:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        self._all.discard(process)

    async def _post_mortem(self, process: Process) -> Refusal:
        """Why a worker died: out of memory, or a fault of the engine."""
        said = b""
        assert process.stderr is not None
        with contextlib.suppress(asyncio.TimeoutError):
            said = await asyncio.wait_for(process.stderr.read(4096), 1)
        if b"memory allocation" in said or b"MemoryError" in said:
            return self._out_of_memory()
        return Refusal(503, "The query made the engine stop; the other queries go on. Simplify it.")

    def _out_of_memory(self) -> Refusal:
        message = f"The query needed more than {self.limits.max_memory} MiB of memory (--max-memory) and was stopped."
        return Refusal(503, message)


async def _reply(process: Process) -> tuple[dict[str, Any], bytes]:
    assert process.stdout is not None
    line = await process.stdout.readline()
    if not line.endswith(b"\n"):
        raise EOFError
    head = json.loads(line)
    return head, await process.stdout.readexactly(head["size"])
