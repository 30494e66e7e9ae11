"""The part of a program's README that says what was checked of it: whoever reads or writes the rest leaves it alone."""

BEGIN = "<!-- checked by agentsh: replaced each time the program is verified -->"
END = "<!-- end of what was checked -->"


def without_record(text: str) -> str:
    """Return a README without what was recorded in it; everything else stays, wherever it stands."""
    begin = text.find(BEGIN)
    if begin < 0:
        return text
    end = text.find(END, begin)
    if end < 0:
        return text.replace(BEGIN, "")
    rest = text[end + len(END) :].strip("\n")
    return text[:begin].rstrip() + "\n" + (f"\n{rest}\n" if rest else "")
