"""Who may do what with the routes of `config`."""

from tests.house.world import Row

ROWS = [Row("robots", get={"rest": 200})]
