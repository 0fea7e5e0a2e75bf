"""Compares what the client was told, what is in the mailboxes, and what the journal says."""

import hashlib
import json
import re
import sqlite3
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import mail
from client import Sent

RECEIVED_ID = re.compile(rb"\bid ([0-9A-Za-z]+-[0-9A-Za-z]+-[0-9A-Za-z]+)")


@dataclass
class Account:
    """Numbers to print, and every difference."""

    numbers: dict[str, int] = field(default_factory=dict)
    differences: list[str] = field(default_factory=list)

    def expect(self, condition: bool, difference: str) -> None:
        if not condition:
            self.differences.append(difference)


@dataclass(frozen=True)
class Stored:
    """One file in a mailbox."""

    mailbox: str
    id: str
    message_id: str
    whole: bool


def read_mailboxes(folder: Path) -> list[Stored]:
    return [_read(path, mailbox.name) for mailbox in sorted(folder.iterdir()) for new in ("new", "cur") for path in (mailbox / new).glob("*")]


def _read(path: Path, mailbox: str) -> Stored:
    head, _, body = path.read_bytes().partition(b"\n\n")
    fields = {name.lower(): value.strip() for name, _, value in (f.partition(b":") for f in re.split(rb"\n(?![ \t])", head))}
    found = RECEIVED_ID.search(fields.get(b"received", b""))
    digest = fields.get(b"x-body-digest", b"").decode()
    return Stored(
        mailbox,
        found[1].decode() if found else "",
        fields.get(b"message-id", b"").decode(),
        hashlib.sha256(body).hexdigest() == digest)


def read_journal(database: Path) -> dict[str, list[dict]]:
    """The events of every message, in their order: the rows from which "explain" prints."""
    journal: dict[str, list[dict]] = {}
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    try:
        for id, entries in connection.execute("SELECT id, entries FROM journal ORDER BY id, first"):
            journal.setdefault(id, []).extend(json.loads(entries))
    finally:
        connection.close()
    return journal


def compare(sent: Sent, messages: list[mail.Message], stored: list[Stored], journal: dict[str, list[dict]], queued: list[dict], orphans: int) -> Account:
    account = Account()
    accepted = {id: entries for id, entries in journal.items() if any(entry["k"] == "accepted" for entry in entries)}
    by_message_id = {message.message_id: message for message in messages}
    copies = Counter((file.id, file.mailbox) for file in stored)
    owner = {id: message for id, message in sent.acknowledged.items()}
    for file in stored:
        account.expect(file.whole, f"{file.mailbox}: message {file.id} is not whole")
        account.expect(file.id in accepted, f"{file.mailbox}: the journal has not accepted {file.id or '(no id)'}")
        message = by_message_id.get(file.message_id)
        account.expect(message is not None, f"{file.mailbox}: {file.id} has the unknown Message-ID {file.message_id}")
        if message is not None:
            account.expect(owner.setdefault(file.id, message) is message, f"{file.id} is not the message that the client sent")

    for id, message in owner.items():
        found = {mailbox: copies.pop((id, mailbox), 0) for mailbox in message.mailboxes}
        for mailbox, count in found.items():
            account.expect(count == 1, f"message {message.number} ({id}) is in {mailbox} {count} times")
    for (id, mailbox), count in copies.items():
        account.expect(False, f"{mailbox} has {count} of {id}, which was not for it")

    unanswered = Counter(message.number for id, message in owner.items() if id not in sent.acknowledged)
    for number, count in unanswered.items():
        account.expect(count <= sent.in_doubt.get(number, 0), f"message {number} was accepted {count} times more than the client can have caused")

    waiting = {id: Counter() for id in accepted}
    for message in queued:
        waiting.setdefault(message["id"], Counter()).update(r["status"] for r in message["recipients"])
    ends = Counter()
    for id, entries in accepted.items():
        ends += _check_journal(account, id, entries, waiting[id]["queued"], owner.get(id))
    for id in sent.acknowledged:
        account.expect(id in accepted, f"{id} had a 250 and is not in the journal")
    account.expect(orphans == 0, f"{orphans} body files are left over")
    account.expect(not queued, f"{len(queued)} messages are still in the queue")
    account.numbers = {
        "messages of the client": len(messages),
        "acknowledged with 250": len(sent.acknowledged),
        "sent again after a lost connection": sum(sent.repeated.values()),
        "  of these after the final dot (in doubt, RFC 1047)": sum(sent.in_doubt.values()),
        "  of these accepted although the 250 was lost": sum(unanswered.values()),
        "temporary refusals (4yz)": len(sent.refusals),
        "accepted in the journal": len(accepted),
        "recipients accepted": ends["accepted"],
        "  of these redirected to others": ends["redirected"],
        "recipients to be served, after redirection": ends["leaves"],
        "  delivered": ends["delivered"],
        "  failed": ends["failed"],
        "  queued": ends["queued"],
        "attempts in doubt, settled by looking": ends["doubts"],
        "files in the mailboxes": len(stored),
        "body files left over": orphans,
    }
    return account


def _check_journal(account: Account, id: str, entries: list[dict], queued: int, message: mail.Message | None) -> Counter:
    """Accepted recipients = delivered + failed + queued; each ends once; nothing is missing between two events."""
    account.expect([entry["s"] for entry in entries] == list(range(len(entries))), f"{id}: the journal has a gap")
    accepted, redirected, leaves = 0, 0, set()
    ended: Counter = Counter()
    doubts = 0
    for entry in entries:
        what = entry["e"]
        match entry["k"]:
            case "rcpt":
                accepted += 1
                leaves.add(what["r"])
            case "redirected":
                redirected += 1
                leaves.discard(what["r"])
                leaves.update(child["index"] for child in what["children"])
            case "delivered" | "failed":
                ended[entry["k"]] += 1
                account.expect(what["r"] in leaves, f"{id}: recipient {what['r']} ended and was not waiting")
            case "doubt":
                doubts += 1
    account.expect(len(leaves) == ended["delivered"] + ended["failed"] + queued, f"{id}: {len(leaves)} recipients, {dict(ended)} and {queued} queued")
    account.expect(queued > 0 or entries[-1]["k"] == "done", f"{id}: every recipient ended and the message did not")
    account.expect(ended["failed"] == 0, f"{id}: {ended['failed']} recipients failed")
    if message is not None:
        account.expect(accepted == len(message.recipients), f"{id}: {accepted} recipients accepted, {len(message.recipients)} sent")
    return Counter(
        accepted=accepted, redirected=redirected, leaves=len(leaves), delivered=ended["delivered"], failed=ended["failed"], queued=queued, doubts=doubts)
