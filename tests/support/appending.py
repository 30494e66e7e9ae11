"""A process that appends to a journal until it is killed, and says what was acknowledged: `python -m` this."""

import asyncio
import os
import sys
from pathlib import Path

from agentsh.core.events import MessagePublished, TickFinished
from agentsh.core.ids import ActionName, MessageId, RoleName
from agentsh.core.messages import Message
from agentsh.store.journal import SqliteJournal

PRODUCERS = 4


async def append_until_killed(path: Path) -> None:
    """Print the last number of each acknowledged call. A call holds 1 to 5 ticks of one number, and a message."""
    journal = await SqliteJournal.open(path, create=not path.exists())
    print("open", os.getpid(), flush=True)

    async def produce(producer: int) -> None:
        call = journal.last_seq * PRODUCERS + producer
        while True:
            size = 1 + call % 5
            said = Message(
                id=MessageId(f"m:{call}"),
                content=f"{call} " * 200,
                cause_by=ActionName("speak"),
                sent_from=RoleName("r"),
            )
            batch = [*(TickFinished(tick=call) for _ in range(size)), MessagePublished(message=said)]
            recorded = await journal.append(batch)
            os.write(1, b"%d\n" % recorded[-1].seq)
            call += PRODUCERS

    await asyncio.gather(*(produce(producer) for producer in range(PRODUCERS)))


def main() -> None:
    """For each path on stdin, fork a process that appends to it; imports are paid once."""
    for line in sys.stdin:
        if (child := os.fork()) == 0:
            asyncio.run(append_until_killed(Path(line.rstrip("\n"))))
        os.waitpid(child, 0)
        print("dead", flush=True)


if __name__ == "__main__":
    main()
