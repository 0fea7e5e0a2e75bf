#!/usr/bin/python3
"""A verdict server for MailPipeline (docs/verdict-protocol.md), with nothing but Python's own library.

    verdict-server.py --listen 127.0.0.1:41000 --rules rules.json

The file of rules has regular expressions with numbers, which are looked for in the whole message, and profiles that say what is
done for a recipient when any of them has fired. A recipient's profile is the first thing it has opted in to that is a profile,
and "default" otherwise. A verdict is as good as its rules: these are to show how one is given, not to keep spam away.
"""

import argparse
import http.server
import json
import re
import sys

MAX_REQUEST = 64 * 1024 * 1024


class Rules:
    """What is looked for, and what is done about it."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            written = json.load(file)
        self.patterns = [(rule["number"], re.compile(rule["pattern"].encode())) for rule in written["rules"]]
        self.profiles = written["profiles"]

    def judge(self, envelope, message):
        """One verdict for all recipients with the same profile."""
        fired = [number for number, pattern in self.patterns if pattern.search(message)]
        recipients = {}
        for recipient in envelope["recipients"]:
            recipients.setdefault(self.profile(recipient["optIn"]), []).append(recipient["address"])
        if not fired:
            return [{"recipients": addresses} for addresses in recipients.values()]
        return [
            {"recipients": addresses, "rules": fired} | self.profiles[profile]
            for profile, addresses in recipients.items()
        ]

    def profile(self, opt_in):
        return next((feature for feature in opt_in if feature in self.profiles), "default")


class Asked(http.server.BaseHTTPRequestHandler):
    """One question and its answer."""

    protocol_version = "HTTP/1.1"
    timeout = 60
    rules = None

    def do_POST(self):
        length = int(self.headers.get("Content-Length") or 0)
        if not 0 < length <= MAX_REQUEST:
            self.close_connection = True
            self.send_error(413 if length else 411)
            return
        try:
            envelope, message = self.read(self.rfile.read(length))
            answer = json.dumps({"verdicts": self.rules.judge(envelope, message)}).encode()
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            self.send_error(400, str(error))
            return
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def read(self, body):
        """The two parts of multipart/form-data, as they are."""
        boundary = re.search(r'boundary="?([^";]+)', self.headers["Content-Type"] or "").group(1).encode()
        parts = {}
        for part in body.split(b"--" + boundary)[1:-1]:
            head, _, content = part.partition(b"\r\n\r\n")
            parts[re.search(rb'\bname="?(\w+)', head).group(1)] = content[:-2]
        return json.loads(parts[b"envelope"]), parts[b"message"]


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--listen", default="127.0.0.1:41000", metavar="HOST:PORT")
    options.add_argument("--rules", default="rules.json", metavar="FILE")
    chosen = options.parse_args()
    host, _, port = chosen.listen.rpartition(":")
    Asked.rules = Rules(chosen.rules)
    with http.server.ThreadingHTTPServer((host, int(port)), Asked) as server:
        server.serve_forever()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        pass
