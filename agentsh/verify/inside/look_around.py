"""Says which programs a run would find."""

import json
import shutil
import sys


def main() -> None:
    """Answer one request: {token, names}."""
    request = json.load(sys.stdin)
    there = [name for name in request["names"] if shutil.which(name)]
    print(request["token"] + json.dumps({"there": there}))  # noqa: T201


if __name__ == "__main__":
    main()
