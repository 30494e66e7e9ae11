"""Tables of texts fit into their width, and break a word only when nothing else helps."""

from textual.content import Content

from agentsh.tui.tables import Table

AGENTS = (
    ("ROLE", "STATE", "DOING", "MODEL", "WATCHES"),
    ("product_manager", "reacting", "write_prd · model", "qwen3:8b", "user_requirement, prepare_documents, write_prd"),
    ("engineer", "idle", "", "qwen3:8b", "write_tasks, summarize_code, write_code, write_code_review, fix_bug"),
)


def _rows(cells: tuple[tuple[str, ...], ...], width: int) -> list[str]:
    return [row.plain for row in Table(tuple(tuple(map(Content, row)) for row in cells)).rows(width)]


def test_words_stay_whole_while_other_columns_can_give_way() -> None:
    for width in (82, 100, 160):
        rows = _rows(AGENTS, width)
        assert max(map(len, rows)) <= width
        for word in ("product_manager", "reacting", "qwen3:8b", "user_requirement", "summarize_code"):
            assert any(word in row for row in rows), (word, rows)


def test_words_are_broken_when_nothing_else_helps() -> None:
    rows = _rows((("NAME", "WHAT"), ("a" * 60, "b" * 60)), 40)
    assert max(map(len, rows)) <= 40
    assert sum(row.count("a") for row in rows) == 60
