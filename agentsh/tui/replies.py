"""Does what a command's answer asks of the app: show it, open it, copy it, leave."""

from typing import TYPE_CHECKING, assert_never

from agentsh.commands import reply as r
from agentsh.core.terminal import clean
from agentsh.tui.lobby import Begin, Reopen

if TYPE_CHECKING:
    from agentsh.tui.app import Shell
    from agentsh.tui.session_screen import SessionScreen


SHORT_LINES = 3
"""An answer without a title that is this short is told in passing."""


async def answer(app: "Shell", reply: r.Reply) -> None:
    """Do what one answer asks."""
    if isinstance(reply, r.Nothing):
        return
    if isinstance(reply, r.Text | r.Markdown | r.Table | r.Tree | r.OpenFile):
        _look(app, reply)
    elif isinstance(reply, r.OpenSession | r.NewSession | r.Quit):
        await _leave(app, reply)
    else:
        await _other(app, reply)


def _look(app: "Shell", reply: r.Text | r.Markdown | r.Table | r.Tree | r.OpenFile) -> None:
    screen = app.session_screen
    if screen is None:
        return
    look = screen.look
    if isinstance(reply, r.Text) and not reply.title and reply.text.count("\n") < SHORT_LINES:
        app.notify(clean(reply.text), timeout=6)
        return
    match reply:
        case r.Text(text=text, title=title, language=language):
            look.show_text(text, title, language)
        case r.Markdown(text=text, title=title):
            look.show_text(text, title, "markdown")
        case r.Table():
            look.show_table(reply)
        case r.Tree():
            look.show_tree(reply)
        case r.OpenFile(path=path, text=text):
            look.show_text(text, path, "markdown" if path.endswith(".md") else path)
        case _:
            assert_never(reply)
    screen.action_pane("look")


async def _leave(app: "Shell", reply: r.OpenSession | r.NewSession | r.Quit) -> None:
    match reply:
        case r.OpenSession(name=None):
            app.action_sessions()
        case r.OpenSession(name=name, back_to=back_to):
            await app.leave(Reopen(name, back_to))
        case r.NewSession(world=str(world)):
            await app.leave(Begin(world, world=world))
        case r.NewSession(idea=idea, team=team):
            await app.leave(Begin(idea, team) if idea else None)
        case r.Quit():
            await app.action_quit()
        case _:
            assert_never(reply)


async def _other(
    app: "Shell", reply: r.EditText | r.OpenQuestion | r.Show | r.Copy | r.ChooseTheme | r.ShowKeys
) -> None:
    match reply:
        case r.EditText():
            await app.edit(reply)
        case r.OpenQuestion(question=question):
            if app.session_screen is not None:
                await app.session_screen.bring_forward(question)
        case r.Show():
            _show(app, app.session_screen, reply)
        case r.Copy(text=text):
            app.copy_to_clipboard(text)
            app.notify("copied")
        case r.ChooseTheme(name=name):
            app.choose_theme(name)
        case r.ShowKeys():
            app.action_help()
        case _:
            assert_never(reply)


def _show(app: "Shell", screen: "SessionScreen | None", reply: r.Show) -> None:
    if screen is None:
        return
    if reply.role is not None:
        app.open_role(reply.role)
    elif reply.pane == "bus":
        screen.bus.keep_only(reply.filter)
        screen.action_pane("bus")
    elif reply.pane == "diff":
        screen.action_pane("look")
    else:
        screen.action_pane(reply.pane)
