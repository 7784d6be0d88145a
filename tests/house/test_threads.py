"""Requests take threads that others have left, so that their database connections serve again."""

import threading

import pytest

from config import pages
from config.pages import Hand


@pytest.fixture(autouse=True)
def _no_thread_is_idle_yet(monkeypatch):
    monkeypatch.setattr(Hand, "idle", [])
    yield
    for thread in Hand.idle:
        thread.shutdown()


def test_a_request_works_in_one_thread_and_the_next_takes_it_over():
    first, second = Hand(), Hand()
    used = {first.submit(threading.get_ident).result() for _ in range(3)}
    first.release()
    used.add(second.submit(threading.get_ident).result())
    second.release()
    assert len(used) == 1


def test_requests_at_the_same_time_have_threads_of_their_own():
    hands = [Hand() for _ in range(3)]
    assert len({hand.submit(threading.get_ident).result() for hand in hands}) == 3
    for hand in hands:
        hand.release()


def test_a_request_that_needs_no_thread_takes_none():
    Hand().release()
    assert Hand.idle == []


def test_a_burst_has_no_more_threads_than_answer_at_once_and_those_who_waited_are_served_in_order(monkeypatch):
    monkeypatch.setattr(pages, "AT_ONCE", 2)
    monkeypatch.setattr(Hand, "busy", 0)
    hands = [Hand() for _ in range(5)]
    answers = [hand.submit(threading.get_ident) for hand in hands]
    assert len({answer.result(5) for answer in answers[:2]}) == 2
    assert not any(answer.running() or answer.done() for answer in answers[2:])
    for hand, next_answer in zip(hands, answers[2:], strict=False):
        hand.release()
        next_answer.result(5)
    for hand in hands[3:]:
        hand.release()
    assert len(Hand.idle) == 2
