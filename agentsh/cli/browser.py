"""The app in a browser: a web server that starts one app a tab, for those who have its key."""

import logging
import secrets
import shlex
import sys
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from agentsh.cli import printing
from agentsh.cli.global_options import GlobalOptions
from agentsh.core.errors import UsageError

try:
    from aiohttp import web
    from textual_serve.server import Server
except ImportError as error:
    raise UsageError(
        "serving the app to a browser needs the package textual-serve", hint='Type: pip install "agentsh[web]"'
    ) from error

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_POLICY = "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; connect-src 'self' "
"""Nothing is fetched from elsewhere: the page would ask a font server, and tell it that it is used."""
_HERE = ("127.0.0.1", "localhost", "::1")


def serve_app(options: GlobalOptions, bind: str, port: int, url: str | None) -> None:
    """Serve until interrupted.

    Args:
        options: home and settings of the apps.
        bind: address to listen at.
        port: of this address.
        url: what the browser calls it; None: the address itself.

    Raises:
        UsageError: nothing can listen there, or `url` is none.
    """
    if url is not None and urlsplit(url).scheme not in ("http", "https"):
        raise UsageError(f"--url {url!r} is no address", hint="Write it as https://agents.example.org")
    if bind not in _HERE and url is None:
        printing.note("agentsh: others on this network can listen in; put a proxy that encrypts before it (--url)")
    try:
        AppServer(_command(options), bind, port, url).serve()
    except OSError as error:
        raise UsageError(
            f"nothing can listen at {bind}:{port}: {error.strerror or error}", hint="Choose another one with --port"
        ) from error


class AppServer(Server):
    """Serves the app to whoever has opened the address with the key.

    Any page of the same browser can reach a server on this machine, and so can any user of this machine: the key is
    what they do not have, and a page from elsewhere is refused even if the browser sends it along.
    """

    def __init__(self, command: str, bind: str, port: int, url: str | None) -> None:
        host = f"[{bind}]" if ":" in bind else bind
        super().__init__(command, bind, port, title="agentsh", public_url=(url or f"http://{host}:{port}").rstrip("/"))
        self._key = secrets.token_urlsafe(24)
        # Browsers share cookies among the ports of a machine.
        self._cookie = f"agentsh_{port}"

    @property
    def address(self) -> str:
        """What to open."""
        return f"{self.public_url}/?key={self._key}"

    def serve(self, debug: bool = False) -> None:
        """Serve until interrupted; say where to look once it listens. Raises OSError when it cannot."""
        self.debug = debug
        logging.basicConfig(level=logging.WARNING, format="agentsh: %(message)s")
        web.run_app(self._make_app(), host=self.host, port=self.port, print=self._tell)

    async def on_startup(self, app: web.Application) -> None:
        """Say nothing yet: nothing listens."""

    def _tell(self, *_: object) -> None:
        printing.say(self.address)
        printing.note("Open this address in a browser; ctrl+c ends it.")

    async def _make_app(self) -> web.Application:
        app = await super()._make_app()

        @web.middleware
        async def guarded(request: web.Request, handler: _Handler) -> web.StreamResponse:
            return await self._guarded(request, handler)

        app.middlewares.append(guarded)
        app.on_response_prepare.append(self._confine)
        return app

    async def _guarded(self, request: web.Request, handler: _Handler) -> web.StreamResponse:
        """Let in who has the key; it moves from the address to a cookie, so that it is not left lying around."""
        if request.path.startswith("/static/"):
            return await handler(request)
        if request.path == "/" and self._is_key(request.query.get("key", "")):
            welcome = web.HTTPSeeOther(f"{self.public_url}/")
            welcome.set_cookie(
                self._cookie,
                self._key,
                httponly=True,
                samesite="Strict",
                secure=self.public_url.startswith("https:"),
            )
            return welcome
        if not self._is_key(request.cookies.get(self._cookie, "")) or not self._from_here(request):
            raise web.HTTPForbidden(text="Open the whole address that `agentsh serve` has printed, with its key.\n")
        return await handler(request)

    def _is_key(self, offered: str) -> bool:
        return secrets.compare_digest(offered.encode("utf-8", "surrogatepass"), self._key.encode())

    def _from_here(self, request: web.Request) -> bool:
        origin = request.headers.get("Origin")
        ours = urlsplit(self.public_url)
        return origin is None or origin == f"{ours.scheme}://{ours.netloc}"

    async def _confine(self, _request: web.Request, response: web.StreamResponse) -> None:
        sockets = "wss:" if self.public_url.startswith("https:") else "ws:"
        response.headers["Content-Security-Policy"] = _POLICY + sockets
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Frame-Options"] = "DENY"


def _command(options: GlobalOptions) -> str:
    words = [sys.executable, "-P", "-m", "agentsh"]
    for name, value in (("--home", options.home), ("--config", options.config)):
        if value is not None:
            words += [name, str(value.expanduser().absolute())]
    return f"exec {shlex.join(words)}"
