"""Kills a node again and again while a client sends, and accounts for every message. See run.sh."""

import argparse
import asyncio
import json
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path

import account
import mail
from client import Client, Refused, Sent
from node import Node

SHOWN_DIFFERENCES = 20
KILL_JITTER_SECONDS = 0.2
POLL_SECONDS = 0.005


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Kills a node again and again while a client sends, and accounts for every message.")
    parser.add_argument("--binary", required=True, help="mailpipeline, or mailpipeline.dll to be run with dotnet")
    parser.add_argument("--messages", type=int, default=5000)
    parser.add_argument("--connections", type=int, default=50)
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="where spool and mailboxes are made; default: a temporary folder")
    parser.add_argument("--limit", type=float, default=1200, help="seconds after which the run ends as failed")
    parser.add_argument("--explained", type=int, default=20, help="how many messages are compared with what explain says")
    parser.add_argument("--keep", action="store_true", help="leave the folder behind")
    return parser.parse_args()


async def kill_often(node: Node, client: Client, kills: int, dice: random.Random) -> None:
    """Each kill comes at a random share of the work plus a random moment, so that it falls into whatever is going on then."""
    for share in sorted(dice.uniform(0.02, 0.98) for _ in range(kills)):
        while client.done < share * client.total:
            await asyncio.sleep(POLL_SECONDS)
        await asyncio.sleep(dice.uniform(0, KILL_JITTER_SECONDS))
        await node.kill()
        print(f"killed with {client.done} of {client.total} acknowledged", flush=True)
        await node.start()


async def send(node: Node, messages: list[mail.Message], arguments: argparse.Namespace) -> Sent:
    client = Client(node.port, messages)
    async with asyncio.TaskGroup() as group:
        group.create_task(kill_often(node, client, arguments.kills, random.Random(arguments.seed)))
        sending = group.create_task(client.run(arguments.connections))
    return sending.result()


async def explained(node: Node, journal: dict[str, list[dict]], count: int, seed: int) -> list[str]:
    """Messages of which explain tells another story than the journal."""
    different = []
    for id in random.Random(seed).sample(sorted(journal), min(count, len(journal))):
        told = json.loads(await node.command("explain", id, "--json"))
        if [event["kind"] for event in told["events"]] != [entry["k"] for entry in journal[id]]:
            different.append(f"{id}: explain and the journal differ")
    return different


async def run(node: Node, arguments: argparse.Namespace) -> account.Account:
    messages = mail.make(arguments.messages, arguments.seed)
    begin = time.monotonic()
    await node.start()
    sent = await send(node, messages, arguments)
    print(f"all acknowledged after {time.monotonic() - begin:.1f} s over {sent.connections} connections", flush=True)
    while queued := await node.queued():
        await asyncio.sleep(0.5)
    print(f"the queue is empty after {time.monotonic() - begin:.1f} s", flush=True)
    code = await node.stop()
    journal = account.read_journal(node.store / "spool.db")
    orphans = sum(1 for _ in (node.store / "bodies").iterdir())
    result = account.compare(sent, messages, account.read_mailboxes(node.folder / "mail"), journal, queued, orphans)
    result.expect(code == 0, f"the node ended with {code} when told to stop")
    result.expect(node.starts == arguments.kills + 1, f"the node was started {node.starts} times")
    result.differences += await explained(node, journal, arguments.explained, arguments.seed)
    return result


async def main() -> int:
    arguments = parse()
    folder = Path(tempfile.mkdtemp(prefix="mailpipeline-crash-", dir=arguments.folder))
    node = Node(str(Path(arguments.binary).resolve()), folder)
    result = None
    try:
        async with asyncio.timeout(arguments.limit):
            result = await run(node, arguments)
    except* (TimeoutError, RuntimeError, OSError, Refused) as failures:
        print(f"the run could not be made, {folder} is kept: {failures.exceptions!r}", file=sys.stderr)
    finally:
        node.end()
    if result is None:
        return 2
    for name, number in result.numbers.items():
        print(f"{name:<55}{number:>8}")
    for difference in result.differences[:SHOWN_DIFFERENCES]:
        print(f"DIFFERENCE: {difference}")
    if result.differences:
        print(f"{len(result.differences)} differences; {folder} is kept")
        return 1
    print("every message is accounted for")
    if not arguments.keep:
        shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
