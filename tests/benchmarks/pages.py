"""Home of a cohort, board and note: server time and queries with 1 and with 200 cohorts; first and second visit."""

import os
import statistics
import time
from pathlib import Path

from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from playwright.sync_api import sync_playwright

from accounts.demo import link_for
from accounts.models import User
from cohorts.models import Cohort
from config.demonstration import main_cohort, people
from reservoir.models import Note
from tests.benchmarks.cloning import Mould
from tests.browser import ARGUMENTS, chromium, weigh
from tests.servers import Server

COHORTS = 200
VISITS = 40


def signed_in(key: str) -> Client:
    client = Client(SERVER_NAME="localhost")
    user = User.objects.get(email=people.address(key))
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def pages() -> dict[str, tuple[str, str]]:
    """What is measured: a page, and who opens it."""
    space = main_cohort().space
    note = Note.objects.filter(space=space, state=Note.State.PUBLISHED).earliest("created_at")
    return {
        "cohort home": ("claire", reverse("home:cohort", args=[space.pk])),
        "board": ("solene", reverse("cohorts:board", args=[space.pk])),
        "note": ("claire", reverse("reservoir:note", args=[note.pk])),
    }


def measure(key: str, path: str) -> tuple[int, float, float]:
    """Queries, median and 95th percentile of the time in ms."""
    client = signed_in(key)
    for _ in range(3):
        assert client.get(path).status_code == 200, path
    with CaptureQueriesContext(connection) as captured:
        client.get(path)
    queries = len(captured)  # now: the next request forgets them
    times = []
    for _ in range(VISITS):
        start = time.perf_counter()
        client.get(path)
        times.append((time.perf_counter() - start) * 1000)
    return queries, statistics.median(times), statistics.quantiles(times, n=20)[-1]


def run(folder: Path) -> None:
    started = time.perf_counter()
    call_command("demo", prepare_only=True, verbosity=0)
    print(f"demonstration ready in {time.perf_counter() - started:.1f} s, on {connection.vendor}")

    targets = pages()
    before = {name: measure(*page) for name, page in targets.items()}
    mould = Mould(main_cohort().space)
    started = time.perf_counter()
    for number in range(Cohort.objects.count(), COHORTS):
        mould.pour(number)
    print(f"{COHORTS} cohorts of {mould.count} rows each in {time.perf_counter() - started:.0f} s\n")
    after = {name: measure(*page) for name, page in targets.items()}

    print(f"{'page':14}{'queries':>16}{'median ms':>18}{'95 % ms':>18}")
    print(f"{'cohorts':14}{'1':>8}{COHORTS:>8}{'1':>9}{COHORTS:>9}{'1':>9}{COHORTS:>9}")
    for name in before:
        (q1, m1, p1), (q2, m2, p2) = before[name], after[name]
        print(f"{name:14}{q1:>8}{q2:>8}{m1:>9.1f}{m2:>9.1f}{p1:>9.1f}{p2:>9.1f}")
        assert q1 == q2, f"{name} costs more queries with more cohorts"

    if (path := chromium()) is None:
        print("\nno Chromium: weights not measured")
        return
    link = {key: link_for(User.objects.get(email=people.address(key))) for key, _ in targets.values()}
    connection.close()
    server = Server(folder, DATABASE_URL=os.environ["DATABASE_URL"]).start()
    try:
        print(f"\n{'page':14}{'first kB':>10}{'requests':>10}{'again kB':>10}{'requests':>10}{'paint ms':>10}")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
            for name, (key, address) in targets.items():
                page = browser.new_context(base_url=server.url).new_page()
                # Signed in without opening a page first: nothing is in the browser's cache.
                page.request.get("/" + link[key].split("/", 3)[3], max_redirects=0)
                first, again = weigh(page, address), weigh(page, address)
                print(
                    f"{name:14}{first.kilobytes:>10}{first.requests:>10}{again.kilobytes:>10}{again.requests:>10}"
                    f"{first.first_paint:>10.0f}"
                )
            browser.close()
    finally:
        server.stop()
