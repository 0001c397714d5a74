"""The bounds of the server, and what a query that runs into one is told."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """What one query may use.

    Attributes:
        timeout: seconds, from the moment a worker has the query; also the longest wait for a worker.
        max_rows: rows of a SELECT, triples of a CONSTRUCT or DESCRIBE.
        max_memory: MiB beyond what the loaded data takes.
        workers: queries answered at once.
        max_waiting: queries that may wait for a worker.
        max_body: bytes of a request.
    """

    timeout: float = 30.0
    max_rows: int = 100_000
    max_memory: int = 1024
    workers: int = 4
    max_waiting: int = 64
    max_body: int = 1024 * 1024


class Refusal(Exception):
    """An answer that is an error: its HTTP status and the sentence the client reads."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status, self.message = status, message
