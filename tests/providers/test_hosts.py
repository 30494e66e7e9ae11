import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentsh.core.errors import UsageError
from agentsh.providers.hosts import normalise_host


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("127.0.0.1", "http://127.0.0.1:11434"),
        ("127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("0.0.0.0", "http://127.0.0.1:11434"),
        ("http://0.0.0.0:11434", "http://127.0.0.1:11434"),
        (":5000", "http://127.0.0.1:5000"),
        ("gpu-box", "http://gpu-box:11434"),
        ("  gpu_box.lan:99/ ", "http://gpu_box.lan:99"),
        ("http://gpu-box", "http://gpu-box:80"),
        ("http://gpu-box:11434///", "http://gpu-box:11434"),
        ("https://models.example.org", "https://models.example.org:443"),
        ("HTTPS://Models.Example.org:8443/", "https://models.example.org:8443"),
        ("https://example.org/ollama/", "https://example.org:443/ollama"),
        ("::1", "http://[::1]:11434"),
        ("[::1]:99", "http://[::1]:99"),
        ("http://[::]:11434", "http://[::1]:11434"),
        ("[2001:db8::7]", "http://[2001:db8::7]:11434"),
        ("bücher.example", "http://bücher.example:11434"),
    ],
)
def test_an_address_is_read_in_any_of_its_spellings(text: str, host: str) -> None:
    assert normalise_host(text) == host


@pytest.mark.parametrize("text", ["127.0.0.1", "https://x.org/a", "::1", "[::1]:9", "box:1"])
def test_a_normal_address_stays_as_it_is(text: str) -> None:
    assert normalise_host(normalise_host(text)) == normalise_host(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "ftp://box",
        "http://",
        "box:port",
        "box:0",
        "box:70000",
        "two words",
        "box\nbox",
        "box?x=1",
        "box#x",
        "999.1.1.1",
        "1.2.3",
        "[::1",
        "[zz::1]",
        "http:/box",
        "..",
        "-:-:-",
        "box/../etc\\passwd",
    ],
)
def test_nonsense_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        normalise_host(text)
    assert repr(text) in str(caught.value)
    assert "127.0.0.1:11434" in caught.value.hint


def test_a_password_is_refused_and_not_repeated() -> None:
    with pytest.raises(UsageError) as caught:
        normalise_host("http://boss:geheim@box:1")
    assert "geheim" not in f"{caught.value} {caught.value.hint}"


@given(st.text())
def test_whatever_is_typed_gives_an_address_or_a_usage_error(text: str) -> None:
    try:
        host = normalise_host(text)
    except UsageError:
        return
    assert normalise_host(host) == host
