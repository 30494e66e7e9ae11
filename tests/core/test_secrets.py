"""What looks like a secret is taken out before anything is kept."""

import pytest

from agentsh.core.secrets import REDACTED, redact, secret_name


@pytest.mark.parametrize(
    "secret",
    [
        "sk-" + "a1B2" * 8,
        "ghp_" + "a1B2" * 9,
        "AKIAIOSFODNN7EXAMPLE",
        "xoxb-1234567890-abcdef",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.c2lnbmF0dXJl",
        "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\n-----END RSA PRIVATE KEY-----",
    ],
)
def test_a_key_is_known_by_its_form(secret: str) -> None:
    kept = redact(f"before {secret} after")
    assert kept == f"before {REDACTED} after"


@pytest.mark.parametrize(
    "line",
    [
        "OPENAI_API_KEY=hunter2hunter2",
        "password: hunter2hunter2",
        "'token': 'hunter2hunter2'",
        "Authorization: Bearer hunter2hunter2",
        "https://user:hunter2hunter2@host/path",
        "--secret=hunter2hunter2",
    ],
)
def test_a_secret_is_known_by_what_stands_before_it(line: str) -> None:
    kept = redact(line)
    assert "hunter2" not in kept
    assert REDACTED in kept


def test_a_known_value_goes_wherever_it_stands() -> None:
    assert redact("x correct-horse y", known=["correct-horse"]) == f"x {REDACTED} y"


def test_other_text_stays() -> None:
    text = "File 'main.py', line 3: tokens 1,234 of 50,000; sorted(key=len) at http://127.0.0.1:11434/api/chat"
    assert redact(text) == text


def test_a_variable_with_a_secret_is_known_by_its_name() -> None:
    assert secret_name("OPENAI_API_KEY")
    assert secret_name("GH_TOKEN")
    assert not secret_name("PATH")
    assert not secret_name("KEYBOARD")
