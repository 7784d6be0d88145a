"""The faults F1 to F15 of the reliability plan, as far as the live layer meets them; each says when it was over."""

import asyncio
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass

from tests.reliability.cluster import Cluster


@dataclass(frozen=True)
class Fault:
    name: str
    began: float
    ended: float


class Nemesis:
    """`await nemesis.kill_server(0)`; `faults` keeps what has been done."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self.faults: list[Fault] = []
        self.exits: list[float] = []  # seconds that a server took to end when it was asked to

    async def _do(self, name: str, *acts: Callable[[], object] | float) -> None:
        """Do what blocks in a thread; a number is a pause."""
        began = time.monotonic()
        for act in acts:
            if isinstance(act, float | int):
                await asyncio.sleep(act)
            else:
                await asyncio.to_thread(act)
        self.faults.append(Fault(name, began, time.monotonic()))

    async def kill_server(self, number: int, down: float = 0.0) -> None:
        server = self.cluster.servers[number]
        await self._do("F1 kill -9", server.kill, down, server.start)

    async def stop_redis(self, seconds: float) -> None:
        redis = self._redis
        await self._do("F2 Redis killed", redis.kill, seconds, redis.start)

    async def empty_redis(self) -> None:
        await self._do("F2 FLUSHALL", lambda: self._redis.say("FLUSHALL"))

    async def freeze_redis(self, seconds: float) -> None:
        await self._do("F3 Redis frozen", self._redis.freeze, seconds, self._redis.thaw)

    async def restart_postgres(self) -> None:
        postgres = self._postgres
        await self._do("F4 PostgreSQL restarted at once", postgres.cut_off, postgres.start)

    async def cut_connections(self, times: int = 3, every: float = 2.0) -> None:
        cut = self._postgres.terminate_backends
        await self._do("F5 connections cut", cut, *[act for _ in range(times - 1) for act in (every, cut)])

    async def restart_one_by_one(self, between: float = 1.0) -> None:
        """What a deploy does: each process is asked to end, and starts again (F15)."""

        def restart(number: int) -> None:
            server, since = self.cluster.servers[number], time.monotonic()
            server.stop(signal.SIGTERM)
            self.exits.append(time.monotonic() - since)
            server.start()

        acts: list[Callable[[], object] | float] = []
        for number in range(len(self.cluster.servers)):
            acts += [lambda number=number: restart(number), between]
        await self._do("F15 rolling restart", *acts[:-1])

    @property
    def _redis(self):
        assert self.cluster.redis, "There is no Redis in the embedded profile."
        return self.cluster.redis

    @property
    def _postgres(self):
        assert self.cluster.postgres, "There is no PostgreSQL in the embedded profile."
        return self.cluster.postgres
