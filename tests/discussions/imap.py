"""A mailbox server of a few commands, on this machine, for the time of a test."""

import re
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class _Session(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        mails: dict[int, bytes] = self.server.mails  # type: ignore[attr-defined]
        deleted: set[int] = set()
        self._say("* OK IMAP4rev1 ready")
        while line := self.rfile.readline().decode().strip():
            tag, command, *rest = line.split(" ", 3 if " UID " in f" {line} " else 2)
            command = f"UID {rest[0]}" if command == "UID" else command
            match command:
                case "CAPABILITY":
                    self._say("* CAPABILITY IMAP4rev1")
                case "LOGIN":
                    if rest != ['nous "mot de passe"']:
                        self._say(f"{tag} NO wrong password")
                        continue
                case "SELECT":
                    self._say(f"* {len(mails)} EXISTS")
                case "UID SEARCH":
                    self._say("* SEARCH " + " ".join(map(str, mails)))
                case "UID FETCH":
                    number = int(rest[1].split()[0])
                    self._say(f"* 1 FETCH (UID {number} BODY[]<0> {{{len(mails[number])}}}")
                    self.wfile.write(mails[number])
                    self._say(")")
                case "UID STORE":
                    if found := re.match(r"(\d+) \+FLAGS \(\\Deleted\)", rest[1]):
                        deleted.add(int(found[1]))
                case "EXPUNGE":
                    for number in deleted:
                        del mails[number]
                case "LOGOUT":
                    self._say("* BYE")
            self._say(f"{tag} OK done")

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


@contextmanager
def serving(*mails: bytes) -> Iterator[tuple[str, dict[int, bytes]]]:
    """The address of the mailbox, and what is in it."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Session) as server:
        server.daemon_threads = True
        server.mails = dict(enumerate(mails, 1))  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"imap://nous:mot%20de%20passe@127.0.0.1:{server.server_address[1]}/INBOX", server.mails  # type: ignore[attr-defined]
        finally:
            server.shutdown()
