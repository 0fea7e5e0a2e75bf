"""The node under test: its configuration in a folder of its own, its process, and its command line."""

import asyncio
import json
import signal
import socket
from pathlib import Path

import mail

START_SECONDS = 60
STOP_SECONDS = 60
COMMAND_SECONDS = 120

POLICY = """
primary_hostname = mx.crash.example
spool_directory = {folder}/spool
domainlist local_domains = {domain}
acl_smtp_rcpt = check_rcpt
begin acl
check_rcpt:
  accept domains = +local_domains
  deny
begin routers
team:
  driver = redirect
  domains = +local_domains
  local_parts = {alias}
  data = {alias_targets}
local:
  driver = accept
  domains = +local_domains
  transport = maildir
begin transports
maildir:
  driver = appendfile
  directory = {folder}/mail/$local_part
  maildir_format
begin retry
* * F,1h,1s
"""


class Node:
    """Starts, kills and stops the node; the port stays the same over restarts."""

    def __init__(self, binary: str, folder: Path):
        self.binary = [binary] if not binary.endswith(".dll") else ["dotnet", binary]
        self.folder = folder
        self.port = _free_port()
        self.starts = 0
        self.process: asyncio.subprocess.Process | None = None
        (folder / "mail").mkdir(parents=True)
        (folder / "zone.json").write_text("{}")
        (folder / "node.json").write_text(json.dumps({
            "Name": "crash",
            "Listen": [{"Address": f"127.0.0.1:{self.port}"}],
            "Dns": {"ZoneFile": str(folder / "zone.json")},
        }))
        (folder / "mailpipeline.conf").write_text(POLICY.format(
            folder=folder, domain=mail.DOMAIN, alias=mail.ALIAS,
            alias_targets=", ".join(f"{mailbox}@{mail.DOMAIN}" for mailbox in mail.ALIAS_MAILBOXES)))

    @property
    def options(self) -> list[str]:
        return ["--config", str(self.folder / "mailpipeline.conf"), "--node", str(self.folder / "node.json")]

    @property
    def store(self) -> Path:
        return self.folder / "spool" / "store"

    async def start(self) -> None:
        """Returns when the node speaks SMTP."""
        self.starts += 1
        with open(self.folder / "node.log", "ab") as log:
            self.process = await asyncio.create_subprocess_exec(*self.binary, "run", *self.options, stdout=log, stderr=log)
        async with asyncio.timeout(START_SECONDS):
            while True:
                try:
                    reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
                    banner = await reader.readline()
                    writer.close()
                    if banner.startswith(b"220"):
                        return
                except OSError:
                    pass
                if self.process.returncode is not None:
                    raise RuntimeError(f"the node ended with {self.process.returncode}; see {self.folder}/node.log")
                await asyncio.sleep(0.02)

    async def kill(self) -> None:
        self.process.kill()
        await self.process.wait()

    async def stop(self) -> int:
        """Ends the node in good order; its exit code."""
        self.process.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(STOP_SECONDS):
                return await self.process.wait()
        except TimeoutError:
            await self.kill()
            return -9

    def end(self) -> None:
        """For every way out: leaves no process behind."""
        if self.process is not None and self.process.returncode is None:
            self.process.kill()

    async def command(self, *words: str) -> str:
        """What a command of the program prints."""
        process = await asyncio.create_subprocess_exec(*self.binary, *words, *self.options, stdout=asyncio.subprocess.PIPE)
        async with asyncio.timeout(COMMAND_SECONDS):
            output, _ = await process.communicate()
        if process.returncode != 0:
            raise RuntimeError(f"{' '.join(words)} ended with {process.returncode}")
        return output.decode()

    async def queued(self) -> list[dict]:
        return [json.loads(line) for line in (await self.command("queue", "list", "--json")).splitlines()]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
