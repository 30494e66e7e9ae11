"""What looks like a secret is taken out before anything is kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentsh.core.secrets import REDACTED, Redactor, redact, secret_name, secrets_of


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


ENVIRON = {
    "OPENAI_API_KEY": "hunter2-hunter2",
    "DATABASE_URL": "postgres://me:correct-horse@db/x",
    "SSH_AUTH_SOCK": "/run/user/1000/keyring/ssh",
    "GOOGLE_CREDENTIAL": "~/keys/google.json",
    "MAX_TOKENS": "400000000",
    "TOKEN": "short",
    "AUTH_MODE": "disabled",
    "DB_PASSWORD": "opensesame",
    "PATH": "/usr/bin:/bin",
}


def test_an_environment_tells_its_secrets_and_not_its_places_numbers_and_words() -> None:
    assert secrets_of(ENVIRON) == ("hunter2-hunter2", "opensesame", "correct-horse")


def test_a_secret_goes_wherever_it_stands_in_a_value() -> None:
    redactor = Redactor(secrets_of(ENVIRON))
    value = {"a hunter2-hunter2 b": ["x", {"y": "correct-horse\n"}], "n": 1, "none": None}
    assert redactor.holds_one(value)
    assert redactor.clean(value) == {f"a {REDACTED} b": ["x", {"y": f"{REDACTED}\n"}], "n": 1, "none": None}
    assert not redactor.holds_one({"hunter": ["2", 3.0, True]})


def test_without_secrets_there_is_nothing_to_do() -> None:
    redactor = Redactor(("short",))
    assert not redactor
    assert not redactor.holds_one("short")
    assert redactor.clean(["short"]) == ["short"]


@given(st.text("sk-1", min_size=8), st.text("sk-1 \n"), st.text("sk-1 \n"))
def test_no_secret_is_left_whatever_stands_around_it(secret: str, before: str, after: str) -> None:
    kept = Redactor((secret,)).clean(before + secret + after)
    assert isinstance(kept, str)
    assert secret not in kept
