"""The messages of a run: made from a seed, so that every run with it sends the same."""

import hashlib
import math
import random
from dataclasses import dataclass

DOMAIN = "crash.example"
ALIAS = "team"
ALIAS_MAILBOXES = ("team-a", "team-b")
MAILBOXES = 20
SMALLEST = 1024
LARGEST = 300 * 1024


@dataclass(frozen=True)
class Message:
    """One message that the client has to get rid of."""

    number: int
    recipients: tuple[str, ...]
    size: int
    seed: int

    @property
    def message_id(self) -> str:
        return f"<m{self.number}@client.example>"

    @property
    def mailboxes(self) -> frozenset[str]:
        """Where it has to arrive: the alias stands for two mailboxes."""
        found = set()
        for recipient in self.recipients:
            found.update(ALIAS_MAILBOXES if recipient == ALIAS else (recipient,))
        return frozenset(found)

    def content(self) -> bytes:
        """Header and body with LF line ends. The digest in the header is of the body, so that the file in the mailbox proves itself."""
        body = self._body()
        head = (
            f"From: <sender@client.example>\nTo: <{self.recipients[0]}@{DOMAIN}>\nSubject: crash run, message {self.number}\n"
            f"Message-ID: {self.message_id}\nX-Body-Digest: {hashlib.sha256(body).hexdigest()}\n\n"
        )
        return head.encode() + body

    def _body(self) -> bytes:
        octets = random.Random(self.seed).randbytes(self.size * 3 // 8).hex()[: self.size].encode()
        return b"".join(octets[start : start + 75] + b"\n" for start in range(0, len(octets), 75))


def make(count: int, seed: int) -> list[Message]:
    """Sizes are spread evenly over the orders of magnitude: most are small, some pass the bound beyond which a body is a file of its own."""
    dice = random.Random(seed)
    messages = []
    for number in range(count):
        recipients = [f"box{box:02}" for box in dice.sample(range(MAILBOXES), dice.choices((1, 2, 3, 4), weights=(70, 15, 10, 5))[0])]
        if dice.random() < 0.1:
            recipients.append(ALIAS)
        size = int(math.exp(dice.uniform(math.log(SMALLEST), math.log(LARGEST))))
        messages.append(Message(number, tuple(recipients), size, dice.getrandbits(32)))
    return messages
