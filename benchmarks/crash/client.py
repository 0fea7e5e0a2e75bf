"""A client that keeps a message until it has a 250 for it, as RFC 5321 section 4.5.4.1 wants, and remembers every 250."""

import asyncio
import re
from collections import deque
from dataclasses import dataclass, field

import mail

REPLY_SECONDS = 120
PAUSE_SECONDS = 0.05

ACCEPTED = re.compile(rb"^250 .*\bid=(\S+)")


class Refused(Exception):
    """The node said something else than it should have."""


@dataclass
class Sent:
    """What the client knows at the end."""

    acknowledged: dict[str, mail.Message] = field(default_factory=dict)
    """By the id in the 250."""

    repeated: dict[int, int] = field(default_factory=dict)
    """How often a message was sent again since its connection was lost."""

    in_doubt: dict[int, int] = field(default_factory=dict)
    """How often a message had its final dot and no reply: the node may have it (RFC 1047)."""

    refusals: list[str] = field(default_factory=list)
    """Replies of 4yz; the message was sent again."""

    connections: int = 0


class Client:
    """Sends messages over several connections at the same time."""

    def __init__(self, port: int, messages: list[mail.Message]):
        self.port = port
        self.waiting = deque(messages)
        self.total = len(messages)
        self.sent = Sent()

    @property
    def done(self) -> int:
        return len(self.sent.acknowledged)

    async def run(self, connections: int) -> Sent:
        async with asyncio.TaskGroup() as group:
            for _ in range(connections):
                group.create_task(self._work())
        return self.sent

    async def _work(self) -> None:
        # Another connection may yet give its message back: the end is when all have a 250.
        while self.done < self.total:
            if not self.waiting:
                await asyncio.sleep(PAUSE_SECONDS)
                continue
            try:
                await self._converse()
            except (OSError, EOFError, asyncio.TimeoutError):
                await asyncio.sleep(PAUSE_SECONDS)

    async def _converse(self) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        self.sent.connections += 1
        try:
            await _expect(reader, b"220")
            writer.write(b"EHLO client.example\r\n")
            await _expect(reader, b"250")
            while self.waiting:
                await self._send(reader, writer, self.waiting.popleft())
            writer.write(b"QUIT\r\n")
            await _expect(reader, b"221")
        finally:
            writer.close()

    async def _send(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, message: mail.Message) -> None:
        dotted = False
        try:
            envelope = ["MAIL FROM:<sender@client.example>", *(f"RCPT TO:<{r}@{mail.DOMAIN}>" for r in message.recipients), "DATA"]
            writer.write("".join(f"{line}\r\n" for line in envelope).encode())
            for _ in envelope[:-1]:
                await _expect(reader, b"250")
            await _expect(reader, b"354")
            lines = message.content().replace(b"\n", b"\r\n")
            dotted = True  # from here on the node may have all of it before this side knows
            writer.write(lines + b".\r\n")
            await writer.drain()
            reply = await _reply(reader)
        except (OSError, EOFError, asyncio.TimeoutError):
            self._again(message, self.sent.in_doubt if dotted else None)
            raise
        if (accepted := ACCEPTED.match(reply)) is not None:
            self.sent.acknowledged[accepted[1].decode()] = message
        elif reply.startswith(b"4"):
            self.sent.refusals.append(reply.decode())
            self._again(message, None)
            await asyncio.sleep(PAUSE_SECONDS)
        else:
            raise Refused(f"message {message.number}: {reply!r}")

    def _again(self, message: mail.Message, doubts: dict[int, int] | None) -> None:
        self.waiting.append(message)
        self.sent.repeated[message.number] = self.sent.repeated.get(message.number, 0) + 1
        if doubts is not None:
            doubts[message.number] = doubts.get(message.number, 0) + 1


async def _expect(reader: asyncio.StreamReader, code: bytes) -> None:
    reply = await _reply(reader)
    if reply.startswith(b"421"):
        raise EOFError("the node is stopping")
    if not reply.startswith(code):
        raise Refused(f"expected {code!r}, got {reply!r}")


async def _reply(reader: asyncio.StreamReader) -> bytes:
    """The last line of a reply."""
    async with asyncio.timeout(REPLY_SECONDS):
        while True:
            line = await reader.readuntil(b"\n")
            if line[3:4] != b"-":
                return line
