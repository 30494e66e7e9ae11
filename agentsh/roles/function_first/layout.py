"""Lays Python text out: docstrings, and a module around a draft, two blank lines between definitions."""

import ast
import textwrap

from agentsh.roles.function_first.drafts import Draft
from agentsh.roles.function_first.purpose import as_sentence
from agentsh.roles.function_first.task import FunctionTask

WIDTH = 79
_ORIGIN = "A language model wrote this function; test_main.py has the examples on which it was tried."


def one_line(text: str) -> str:
    """Return `text` on one line, without anything that a terminal obeys."""
    return " ".join("".join(character if character.isprintable() else " " for character in text).split())


def docstring(*paragraphs: str) -> str:
    """Return a module docstring."""
    safe = [one_line(text).replace("\\", "\\\\").replace('"', "'") for text in paragraphs]
    if len(safe) == 1 and len(safe[0]) + 6 <= WIDTH:
        return f'"""{safe[0]}"""'
    first, *others = safe
    wrapped = [textwrap.fill(f'"""{first}', WIDTH), *(textwrap.fill(text, WIDTH) for text in others)]
    return "\n\n".join(wrapped) + '\n"""'


def module_text(task: FunctionTask, draft: Draft) -> str:
    """Return a draft as a module of its own, with docstrings."""
    head = docstring(one_line(f"A function {task.purpose}."), _ORIGIN)
    parts = [head + ("\n\n" + "\n".join(draft.imports) if draft.imports else "")]
    constants = [one for one in draft.definitions if not _is_block(one)]
    if constants:
        parts[0] += "\n\n" + "\n".join(constants)
    blocks = [_with_docstring(one, task) for one in draft.definitions if _is_block(one)]
    return "\n\n\n".join((*parts, *blocks)) + "\n"


def _is_block(definition: str) -> bool:
    return definition.startswith(("def ", "class ", "@"))


def _with_docstring(definition: str, task: FunctionTask) -> str:
    """Return the wanted function with a docstring, if it has none; other definitions as they are."""
    node = ast.parse(definition).body[0]
    if not isinstance(node, ast.FunctionDef) or node.name != task.signature.name or ast.get_docstring(node):
        return definition
    node.body.insert(0, ast.Expr(ast.Constant(f"{one_line(as_sentence(task.purpose))}.")))
    return ast.unparse(ast.fix_missing_locations(node))
