"""Who may catch up with what; how the process feels is told to whoever can reach it."""

from tests.house.world import Row

ROWS = [
    Row(
        "live:events",
        get={"visitor": 401, "participant": 200, "facilitator": 200, "co_facilitator": 200, "rest": 404},
        query=lambda w: {"topic": w.channel.topic, "epoch": "0", "after": "0"},
    ),
    Row("live:healthz", get={"rest": 200}),
    Row("live:readyz", get={"rest": 200}),
]
