"""What the door lets in."""

import asyncio
import threading
import time

import pytest
from asgiref.testing import ApplicationCommunicator

from config import pages
from config.pages import Hand, Pages


def post(parts, headers=()):
    """The status of the answer to a request whose body comes in `parts`."""

    async def ask():
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": "POST",
            "path": "/robots.txt",
            "query_string": b"",
            "headers": [(b"host", b"localhost"), *headers],
        }
        door = ApplicationCommunicator(Pages(), scope)
        for number, part in enumerate(parts, 1):
            await door.send_input({"type": "http.request", "body": part, "more_body": number < len(parts)})
        answer = await door.receive_output(10)
        await door.receive_output(10)
        await door.wait(10)
        return answer["status"]

    return asyncio.run(ask())


@pytest.mark.django_db
def test_a_request_above_the_largest_body_is_refused_whether_it_says_so_or_not(settings):
    settings.LARGEST_BODY = 1000
    assert post([b"a" * 600, b"a" * 300]) == 403  # read, and refused for want of a token
    assert post([b"a" * 600, b"a" * 600]) == 413
    assert post([b"a"], [(b"content-length", b"5000")]) == 413


def test_requests_beyond_those_answered_at_once_wait_their_turn_and_lose_nothing(monkeypatch):
    monkeypatch.setattr(pages, "AT_ONCE", 2)
    running, most = 0, 0
    lock = threading.Lock()

    def work(number):
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.01)
        with lock:
            running -= 1
        return number

    async def request(number):
        hand = Hand()
        try:
            loop = asyncio.get_running_loop()
            return [await loop.run_in_executor(hand, work, number), await loop.run_in_executor(hand, work, -number)]
        finally:
            hand.release()

    async def all_of_them():
        leaver = asyncio.create_task(request(99))  # begins, and goes away before its turn comes
        answers = asyncio.gather(*(request(number) for number in range(9)))
        await asyncio.sleep(0)
        leaver.cancel()
        return await answers

    before = Hand.busy
    assert asyncio.run(all_of_them()) == [[number, -number] for number in range(9)]
    assert most <= 2
    assert (Hand.busy, len(Hand.waiting)) == (before, 0)
