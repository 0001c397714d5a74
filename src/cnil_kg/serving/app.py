"""The HTTP application: `/sparql`, `/questions/NAME`, the query page."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cnil_kg.errors import CnilKgError, QueryError, UnknownTermError
from cnil_kg.serving.answering import Answer, Job
from cnil_kg.serving.description import service_description
from cnil_kg.serving.limits import Limits, Refusal
from cnil_kg.serving.negotiation import GRAPH_TYPES, ROW_TYPES, TYPES, chosen
from cnil_kg.serving.page import ASSETS, Words, asset, language, page
from cnil_kg.serving.pool import Pool
from cnil_kg.serving.protocol import asked, checked, parsed
from cnil_kg.sparql.library import named
from cnil_kg.sparql.parameters import bindings

READS = ("GET", "HEAD", "OPTIONS")
METHODS = ("GET", "HEAD", "POST", "OPTIONS")
SAFE = {
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "vary": "Accept, Accept-Language",
}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


@dataclass(frozen=True)
class Site:
    """What is served.

    Attributes:
        pool: answers the queries.
        words: what the page says.
        lang: language of the page when the browser wants neither.
        hosts: the names a request may give as Host; empty: any.
        origins: web pages of other origins that may read (CORS).
        ready: called once the workers have started.
    """

    pool: Pool
    words: Words
    lang: str = "en"
    hosts: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    ready: Callable[[], None] = field(default=lambda: None)

    @property
    def limits(self) -> Limits:
        return self.pool.limits


def application(site: Site) -> Starlette:
    """The ASGI application; its lifespan starts and ends the workers."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        await site.pool.start()
        site.ready()
        try:
            yield
        finally:
            await site.pool.close()

    async def sparql(request: Request) -> Response:
        return await _sparql(site, request)

    async def question(request: Request) -> Response:
        return await _question(site, request)

    async def home(request: Request) -> Response:
        lang = language(request.query_params.get("lang", ""), request.headers.get("accept-language", ""), site.lang)
        nonce = secrets.token_urlsafe(16)
        policy = {"content-security-policy": POLICY.format(nonce=nonce)}
        return Response(page(lang, nonce, site.words), media_type="text/html", headers=policy)

    async def static(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in ASSETS:
            raise Refusal(404, "There is nothing here.")
        return Response(asset(name), media_type=ASSETS[name])

    routes = [
        Route("/sparql", Answered(sparql, METHODS)),
        Route("/questions/{name}", Answered(question, READS)),
        Route("/static/{name}", Answered(static, READS)),
        Route("/", Answered(home, READS)),
        Route("/{path:path}", Answered(_nothing, METHODS)),
    ]
    middleware = [Middleware(HostCheck, hosts=site.hosts)]
    if site.origins:
        middleware.append(
            Middleware(
                CORSMiddleware,
                allow_origins=site.origins,
                allow_methods=METHODS,
                allow_headers=["accept", "content-type"],
                expose_headers=["cnil-kg-left-out"],
            )
        )
    return Starlette(routes=routes, middleware=middleware, lifespan=lifespan)


class HostCheck:
    """Refuses a request for another name, so that a page whose name was made to point here cannot read."""

    def __init__(self, app: ASGIApp, hosts: Sequence[str]) -> None:
        self.app, self.hosts = app, hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, or refuse; every answer gets the headers that keep it from others."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                present = {name.lower() for name, _ in message["headers"]}
                extra = [(name.encode(), value.encode()) for name, value in SAFE.items()]
                message["headers"] = [*message["headers"], *(pair for pair in extra if pair[0] not in present)]
            await send(message)

        if self.hosts and _host(scope) not in self.hosts:
            refused = Response("This server answers under its own name only.\n", 421, media_type="text/plain")
            await refused(scope, receive, guarded)
        else:
            await self.app(scope, receive, guarded)


def _host(scope: Scope) -> str:
    """The name in the Host header, without its port."""
    header = next((value for name, value in scope["headers"] if name == b"host"), b"").decode("latin-1").lower()
    return header.partition("]")[0] + "]" if header.startswith("[") else header.partition(":")[0]


class Answered:
    """An endpoint of ours, its methods checked and its errors said as text."""

    def __init__(self, endpoint: Callable[[Request], Awaitable[Response]], methods: Sequence[str]) -> None:
        self.endpoint, self.methods = endpoint, methods

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        response = await self.response(Request(scope, receive))
        await response(scope, receive, send)

    async def response(self, request: Request) -> Response:
        """What the endpoint says, or why it does not."""
        allow = {"allow": ", ".join(self.methods)}
        if request.method not in self.methods:
            text = f"{request.method} is not possible here; use {allow['allow']}."
            return Response(text + "\n", 405, allow, "text/plain")
        if request.method == "OPTIONS":
            return Response(status_code=204, headers=allow)
        try:
            return await self.endpoint(request)
        except Refusal as refusal:
            retry = {"retry-after": "5"} if refusal.status == 503 else {}
            return Response(refusal.message + "\n", refusal.status, retry, "text/plain")
        except Exception as error:
            # neither logged nor sent: what it says may quote a query
            text = f"Internal fault ({type(error).__name__}): please report it.\n"
            return Response(text, 500, media_type="text/plain")


async def _nothing(request: Request) -> Response:
    raise Refusal(404, "There is nothing here; queries go to /sparql, the query page is /.")


async def _sparql(site: Site, request: Request) -> Response:
    query = await asked(request, site.limits.max_body)
    accept = _accept(request)
    if query.text is None:
        return _description(site, request, accept)
    guarded = checked(query, site.pool.graphs)
    format = chosen(accept, _types(guarded.form))
    return await _run(site, request, Job(query.text, format, query.default, query.named))


async def _question(site: Site, request: Request) -> Response:
    """A question of the library: its parameters are the fields of the URL."""
    given = tuple(f"{name}={value}" for name, value in parsed(request.url.query))
    try:
        question = named(request.path_params["name"])
        bindings(question.parameters, given, question.where)
    except UnknownTermError as error:
        raise Refusal(404, str(error)) from error
    except QueryError as error:
        raise Refusal(400, str(error)) from error
    except CnilKgError as error:
        raise Refusal(500, str(error)) from error
    format = chosen(_accept(request), ROW_TYPES)
    return await _run(site, request, Job("", format, question=question.where, given=given))


async def _run(site: Site, request: Request, job: Job) -> Response:
    answer = await _unless_gone(request, site.pool.run(job))
    type_ = TYPES[job.format]
    headers = {"content-type": f"{type_}; charset=utf-8" if type_.startswith("text/") else type_}
    if answer.left_out:
        headers |= {"cnil-kg-left-out": f"{answer.left_out}; undetermined={answer.undetermined}"}
    return Response(answer.body, headers=headers)


async def _unless_gone(request: Request, call: Coroutine[Any, Any, Answer]) -> Answer:
    """What the call returns; when the client goes away, it is cancelled, which frees its worker."""
    task, gone = asyncio.ensure_future(call), asyncio.ensure_future(_disconnected(request))
    try:
        await asyncio.wait({task, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise Refusal(499, "The client has gone.")
        return task.result()
    finally:
        task.cancel()
        gone.cancel()


async def _disconnected(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _description(site: Site, request: Request, accept: str) -> Response:
    if request.method == "POST":
        raise Refusal(400, "The request holds no query.")
    try:
        format = chosen(accept, GRAPH_TYPES)
    except Refusal:
        if "text/html" not in accept.lower():
            raise
        return RedirectResponse("/", 303)
    if "text/html" in accept.lower() and format == "ttl" and "turtle" not in accept.lower():
        return RedirectResponse("/", 303)  # a browser: it takes anything, and cannot show Turtle
    endpoint = str(request.url.replace(query=""))
    return Response(service_description(endpoint, site.pool.graphs, format), media_type=TYPES[format])


def _types(form: str) -> Mapping[str, str]:
    return ROW_TYPES if form in ("SELECT", "ASK") else GRAPH_TYPES


def _accept(request: Request) -> str:
    return ",".join(request.headers.getlist("accept"))
