"""The Chromium that journeys and benchmarks drive: the system's own, never a downloaded one."""

import os
import shutil

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


if __name__ == "__main__":
    print(chromium() or "")  # noqa: T201
