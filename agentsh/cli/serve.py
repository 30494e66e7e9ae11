"""`agentsh serve`: the app in a browser, for whoever has the address that it prints."""

from typing import Annotated

import typer

EPILOG = """\
Examples:

\b
  agentsh serve                  prints an address with a key: open it
  agentsh serve --port 9000
  agentsh serve --bind 0.0.0.0 --url https://agents.example.org

\b
Each tab of the browser is an app of its own over the same sessions. Whoever
has the address may do what you may, so keep it to yourself. Ends with ctrl+c;
what was open can be resumed.
"""


def declare(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command("serve", epilog=EPILOG, help="The app in a browser; needs the extra web.")(serve)


def serve(
    context: typer.Context,
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="Port to listen at.")] = 8000,
    bind: Annotated[
        str, typer.Option("--bind", metavar="ADDRESS", help="Address to listen at; default: this machine alone.")
    ] = "127.0.0.1",
    url: Annotated[
        str | None, typer.Option("--url", help="What the browser calls it, behind a proxy that encrypts.")
    ] = None,
) -> None:
    """Serve the app until it is interrupted."""
    from agentsh.cli.browser import serve_app
    from agentsh.cli.global_options import GlobalOptions
    from agentsh.cli.project import project

    # What is wrong with home or settings is told here, not in the browser.
    project(context)
    options = context.obj if isinstance(context.obj, GlobalOptions) else GlobalOptions()
    serve_app(options, bind, port, url)
