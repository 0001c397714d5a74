"""HTTP as we need it: bounded in time and size, tried again with patience, silent about credentials.

The retries, with back-off and `Retry-After`, are those of urllib3.
"""

from __future__ import annotations

import json
import os
import time
from contextlib import suppress
from typing import Any, NoReturn
from urllib.parse import urlsplit, urlunsplit

from cnil_kg import __version__
from cnil_kg.errors import InputError
from cnil_kg.readers.trees import Tree

TOKEN, USER, PASSWORD = "CNIL_KG_TOKEN", "CNIL_KG_USER", "CNIL_KG_PASSWORD"
MAX_BYTES = 64 * 1024 * 1024
_TRIES, _BACKOFF, _LONGEST_WAIT = 4, 0.5, 20
_AGAIN = (429, 500, 502, 503, 504)


def shown(url: str) -> str:
    """An address without user, password, query or fragment, for messages."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    port = f":{parts.port}" if parts.port else ""
    return urlunsplit((parts.scheme, f"[{host}]{port}" if ":" in host else host + port, parts.path, "", ""))


class Web:
    """A session with one server.

    Args:
        timeout: seconds for a whole answer; a connection gets half of them.
        backoff: seconds before the second try; doubled each time.
    """

    def __init__(self, timeout: float = 30, backoff: float = _BACKOFF) -> None:
        try:
            import requests  # noqa: PLC0415
            from requests.adapters import HTTPAdapter  # noqa: PLC0415
            from urllib3 import Retry  # noqa: PLC0415
        except ImportError as error:
            repair = "Install it: pip install 'cnil-kg[http]'."
            raise InputError("catalogs and stores on the network need the extra `http`", "", repair) from error

        class Patient(Retry):
            """Waits as told, but never for hours."""

            def get_retry_after(self, response: Any) -> float | None:
                told = super().get_retry_after(response)
                return None if told is None else min(told, _LONGEST_WAIT)

        self._timeout = timeout
        self._session = requests.Session()
        retry = Patient(
            total=_TRIES - 1,
            read=False,  # the time-out is the time-out
            backoff_factor=backoff,
            status_forcelist=_AGAIN,
            allowed_methods=None,
            raise_on_status=False,
        )
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, HTTPAdapter(max_retries=retry))
        self._session.headers["User-Agent"] = f"cnil-kg/{__version__}"

    def json(self, url: str, params: dict[str, str | int] | None = None, body: Tree = None) -> Tree:
        """The JSON that an address answers, to GET or, with a body, to POST.

        Raises:
            InputError: no answer in time, a refusal, an answer that is not JSON, is cut short or too long.
        """
        headers = {"Accept": "application/json"}
        data = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            data = json.dumps(body).encode()
        text = self.fetch("GET" if body is None else "POST", url, headers, params, data)
        try:
            return json.loads(text)
        except (ValueError, RecursionError) as error:
            begins = text[:40].decode("utf-8", "replace").strip()
            what = f"the answer is not JSON; it begins {json.dumps(begins, ensure_ascii=False)}"
            raise InputError(what, shown(url), "Check the address: it must be that of the API.") from error

    def fetch(
        self,
        method: str,
        url: str,
        headers: dict[str, str],
        params: dict[str, str | int] | None = None,
        data: bytes | None = None,
    ) -> bytes:
        """The bytes of an answer.

        Raises:
            InputError: as for `json`.
        """
        import requests  # noqa: PLC0415

        _checked(url)
        wait = (min(10.0, self._timeout / 2), self._timeout)
        started = time.monotonic()
        try:
            with self._session.request(
                method,
                url,
                headers={**headers, **_authorisation(url)},
                params=params,
                data=data,
                timeout=wait,
                stream=True,
                auth=_basic() or (lambda request: request),  # nothing from ~/.netrc
            ) as response:
                _refused(response, url)
                return self._whole(response, url, started)
        except requests.exceptions.RetryError as error:
            raise _silent(url, "kept failing") from error
        except requests.exceptions.Timeout as error:
            raise _silent(url, f"gave no answer within {self._timeout:g} s") from error
        except requests.exceptions.SSLError as error:
            what = "the certificate of the server is not accepted"
            raise InputError(
                what, shown(url), "Have it renewed; REQUESTS_CA_BUNDLE names the file of an authority of your own."
            ) from error
        except requests.exceptions.RequestException as error:
            reason = "closed the connection early" if "IncompleteRead" in str(error) else "cannot be reached"
            raise _silent(url, reason) from error

    def _whole(self, response: Any, url: str, started: float) -> bytes:
        """The body, refused when it is too long or comes too slowly."""
        parts, size = [], 0
        for part in response.iter_content(65536):
            parts.append(part)
            size += len(part)
            if size > MAX_BYTES:
                what = f"the answer is longer than {MAX_BYTES // 1024 // 1024} MB"
                raise InputError(what, shown(url), "Ask for less.")
            if time.monotonic() - started > self._timeout * _TRIES:
                raise _silent(url, "answers too slowly")
        return b"".join(parts)


def _silent(url: str, what: str) -> InputError:
    return InputError(f"the server {what}", shown(url), "Check the address, or try again later: what was read is kept.")


def _checked(url: str) -> None:
    parts = urlsplit(url)
    if parts.username or parts.password:
        what = "the address holds credentials"
        raise InputError(what, shown(url), f"Set {TOKEN}, or {USER} and {PASSWORD}, in the environment instead.")
    if parts.scheme.lower() not in ("http", "https") or not parts.hostname:
        raise InputError("is no address of a server", shown(url), "Give one that begins with https://.")


def _refused(response: Any, url: str) -> None:
    """Tell what an answer that is no success means.

    Raises:
        InputError: it is none.
    """
    status = response.status_code
    if status < 400:
        return
    if status in (401, 403):
        named = "the credentials were refused" if _authorisation(url) or _basic() else "credentials are needed"
        repair = f"Set {TOKEN} (or {USER} and {PASSWORD}) in the environment, or keep the token in the keyring."
        raise InputError(f"{named} ({status})", shown(url), repair)
    _failed(status, url)


def _failed(status: int, url: str) -> NoReturn:
    if status == 404:
        raise InputError("there is nothing at this address (404)", shown(url), "Check the address of the API.")
    if status in _AGAIN:
        raise _silent(url, f"kept failing ({status})")
    raise InputError(f"the server refused the request ({status})", shown(url), "Check the address of the API.")


def _authorisation(url: str) -> dict[str, str]:
    """The token of the environment, else that of the keyring, for this server alone."""
    token = os.environ.get(TOKEN) or _kept(url)
    if not token or _basic():
        return {}
    return {"Authorization": token if "/api/3/" in url else f"Bearer {token}"}  # CKAN takes the bare token


def _basic() -> tuple[str, str] | None:
    user, password = os.environ.get(USER), os.environ.get(PASSWORD)
    return (user, password) if user and password is not None else None


def _kept(url: str) -> str | None:
    """The token kept for a server in the keyring of the system, when the package `keyring` is there."""
    with suppress(Exception):  # no keyring, none that opens: no token
        import keyring  # noqa: PLC0415

        found: str | None = keyring.get_password("cnil-kg", urlsplit(url).hostname or "")
        return found
    return None
