"""Knocks between processes, through Redis: a topic and a number, never a word of what happened.

Everything here may be lost: the hub compares its heads with the database at each heartbeat. Whispers (someone is
typing) travel the same way, ids only; nobody misses those.
"""

import asyncio
import json
import logging
import secrets
import time
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

import redis
import redis.asyncio
from django.conf import settings
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

logger = logging.getLogger(__name__)

CHANNEL = "entrepairs:live"
TIMEOUT = 0.5  # seconds that a publication may take before it is given up
QUIET = 5.0  # seconds of silence after which Redis is asked whether it is there
_TROUBLE = (redis.RedisError, OSError, TimeoutError)


#: Told with each whisper, so that a process does not hear its own from Redis again.
_ME = secrets.token_hex(4)


def knock(topic: str, seq: int) -> str:
    return json.dumps({"topic": topic, "seq": seq})


def whisper(topic: str, kind: str, facts: Mapping[str, Any]) -> str:
    return json.dumps({"topic": topic, "kind": kind, "facts": facts, "from": _ME}, default=str)


class Ear(Protocol):
    """What a bus tells."""

    def heard(self, topic: str, seq: int) -> None: ...

    def whispered(self, topic: str, kind: str, facts: Mapping[str, Any]) -> None: ...


class Bus:
    """One connection that listens and one that publishes, for the process of a hub."""

    def __init__(self, url: str, ear: Ear, *, back: Callable[[], None]) -> None:
        self._url = url
        self._ear = ear
        self._back = back
        self._outbox: deque[str] = deque(maxlen=10_000)
        self._wake = asyncio.Event()
        self._tasks = [asyncio.create_task(self._write()), asyncio.create_task(self._listen())]
        self.listening = False

    def tell(self, said: str) -> None:
        self._outbox.append(said)
        self._wake.set()

    async def stop(self) -> None:
        running = set(self._tasks)
        while running:  # a connection that is being made may swallow a cancellation
            for task in running:
                task.cancel()
            _, running = await asyncio.wait(running, timeout=TIMEOUT)

    async def _write(self) -> None:
        client = self._connection()
        try:
            while True:
                await self._wake.wait()
                self._wake.clear()
                batch = list(self._outbox)
                self._outbox.clear()
                try:
                    async with client.pipeline(transaction=False) as pipeline:
                        for said in batch:
                            pipeline.publish(CHANNEL, said)
                        await asyncio.wait_for(pipeline.execute(), TIMEOUT)
                except _TROUBLE as trouble:
                    logger.warning("Redis did not take %d knocks: %s", len(batch), trouble)
        finally:
            await client.aclose()

    async def _listen(self) -> None:
        while True:
            client = self._connection()
            try:
                async with client.pubsub() as pubsub:
                    await pubsub.subscribe(CHANNEL)
                    await self._hear(pubsub)
            except _TROUBLE as trouble:
                if self.listening:
                    logger.warning("Redis is away: %s", trouble)
            finally:
                self.listening = False
                await client.aclose()
            await asyncio.sleep(1)

    async def _hear(self, pubsub: redis.asyncio.client.PubSub) -> None:
        asked = False  # a frozen Redis or a dead link says nothing: it is asked, and left when it does not answer
        while True:
            message = await pubsub.get_message(timeout=QUIET)
            if message is None:
                if asked:
                    raise TimeoutError("no answer")
                await pubsub.ping()
            elif message["type"] == "subscribe":
                self.listening = True
                self._back()
            elif message["type"] == "message":
                self._take(message["data"])
            asked = message is None

    def _connection(self) -> redis.asyncio.Redis:
        # Without retries of its own: a connection that came back must be noticed, for what was missed meanwhile.
        return redis.asyncio.Redis.from_url(
            self._url, socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT, retry=Retry(NoBackoff(), 0)
        )

    def _take(self, data: bytes) -> None:
        try:
            match json.loads(data):
                case {"topic": str(topic), "seq": int(seq)}:
                    self._ear.heard(topic, seq)
                case {"topic": str(topic), "kind": str(kind), "facts": dict(facts), "from": str(process)}:
                    if process != _ME:
                        self._ear.whispered(topic, kind, facts)
                case _:
                    raise ValueError
        except (ValueError, RecursionError):
            logger.warning("Not a knock: %.80r", data)


class Outside:
    """Knocks from a process without a hub: a worker, a command, a WSGI server."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="live-knock")
        self._client: redis.Redis | None = None
        self._dead_until = 0.0

    def tell(self, said: str) -> None:
        self._thread.submit(self._send, said)

    def _send(self, said: str) -> None:
        if time.monotonic() < self._dead_until:
            return
        if self._client is None:
            self._client = redis.Redis.from_url(
                settings.REDIS_URL, socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT
            )
        try:
            self._client.publish(CHANNEL, said)
        except _TROUBLE as trouble:
            self._dead_until = time.monotonic() + 5
            logger.warning("Redis did not take a knock: %s", trouble)
