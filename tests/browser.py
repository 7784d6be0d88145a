"""The Chromium that journeys and benchmarks drive: the system's own, never a downloaded one."""

import os
import shutil
from dataclasses import dataclass
from typing import Any

# Nothing in the background, no other host, no HTTP/3: a run sees our server and nothing else.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium() -> str | None:
    """Path of the Chromium of this machine, or None; `CHROMIUM` names another."""
    names = (os.environ.get("CHROMIUM") or "chromium", "chromium-browser", "google-chrome")
    return next((path for name in names if (path := shutil.which(name))), None)


@dataclass(frozen=True)
class Weight:
    """What a page brought over the network: bytes as compressed, headers included, and requests."""

    bytes: int
    requests: int
    first_paint: float  # ms

    @property
    def kilobytes(self) -> float:
        return round(self.bytes / 1000, 1)


def weigh(page: Any, path: str) -> Weight:
    """Open `path` in `page` and count what crosses the network: nothing for what the browser's cache answers."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    asked: set[str] = set()
    cached: set[str] = set()
    sizes: dict[str, int] = {}
    session.on(
        "Network.requestWillBeSent",
        lambda e: None if e["request"]["url"].startswith("data:") else asked.add(e["requestId"]),
    )
    session.on("Network.requestServedFromCache", lambda event: cached.add(event["requestId"]))
    session.on(
        "Network.responseReceived",
        lambda e: cached.add(e["requestId"]) if e["response"].get("fromDiskCache") else None,
    )
    session.on("Network.loadingFinished", lambda event: sizes.update({event["requestId"]: event["encodedDataLength"]}))
    page.goto(path)
    page.wait_for_load_state("load")
    page.wait_for_timeout(500)
    paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0")
    session.detach()
    real = asked - cached
    return Weight(sum(sizes.get(name, 0) for name in real), len(real), paint)


if __name__ == "__main__":
    print(chromium() or "")
