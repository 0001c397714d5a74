"""Tests anywhere below find `harness`; modules that work something out once are run by one worker."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

TOGETHER = (
    "tests/test_ask.py",
    "tests/test_endpoint.py",
    "tests/test_questions.py",
    "tests/test_real_cases.py",
    "tests/test_serve.py",
    "tests/properties/test_splitting.py",
    "tests/unit/test_verify.py",
    "tests/properties/test_complete.py",
)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Spread the tests one by one, but for the modules of TOGETHER.

    The mark `xdist_group` would do, were it not lost with pytest 9.2 and xdist 3.8 (measured: every worker got some).
    """
    from xdist.scheduler import LoadScopeScheduling  # noqa: PLC0415

    class ByModule(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = nodeid.partition("::")[0]
            return file if file in TOGETHER else nodeid

    return ByModule(config, log)
