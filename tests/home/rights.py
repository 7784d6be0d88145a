"""Who may do what with the pages made of several features, and those about the platform."""

from tests.house.world import Row

ROWS = [
    Row("home:start", get={"rest": 200}),
    Row("home:about", get={"rest": 200}),
    Row("home:legal", get={"rest": 200}),
    Row("home:privacy", get={"rest": 200}),
    Row("home:accessibility", get={"rest": 200}),
    Row("home:theme", post={"rest": 302}, data=lambda world: {"theme": "dark", "next": "/a-propos/"}),
]
