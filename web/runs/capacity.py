"""What one tower carries, in one place for all who take shards, count towers or tell of prices.

Rule: constants alone, each measured. Source: docs/performance.md, "One tower beside its peers" and
"Against the budget"; the platform's limits of a process.
"""

MOST_MOCKS = 20_000  # one core drives no more, whatever the system allows
# Messages/s that a tower takes on, by what definitions tell of their mocks. One core sends 60,000
# or more with full logs; a dyno's share of one is less, and what is late takes no more.
MOST_MESSAGES = 40_000.0
OTHER_FILES = 500  # of the process that are no mock's socket: database, Redis, store, libraries

# When it is counted how many towers are needed: a process on the platform may have 10,000 files
# open, so 9,500 sockets, and mocks come in shards of about 1,000.
TOWER_MOCKS = 9_000
TOWER_MESSAGES = MOST_MESSAGES

# MB of a worker before it has a mock: 113 of the process that takes jobs, 172 of the tower with the
# engine (`ps`, RSS, after the imports).
TOWER_MEMORY = 285.0
MOCK_MEMORY = 0.0047  # MB that each further mock takes
