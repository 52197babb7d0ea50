"""What the clock calls, and how often.

Rule: every function is idempotent, and stands beside what it looks after; a room adds its line.
"""

# (dotted name of a function without arguments, s between two calls); each is idempotent.
CLOCK_TICKS = [
    ("web.platform.clock.beat", 10.0),
    ("web.runs.ticks.tick", 2.0),
    ("web.runs.levels.tick", 10.0),
    ("web.runs.overtime.tick", 10.0),
    ("web.runs.closing.abort_closed", 2.0),
    ("web.schedules.ticks.tick", 2.0),
    ("web.schedules.ticks.forget", 60 * 60.0),
    ("web.targets.ownership.ticks.tick", 60.0),
    ("web.mail.actions.queue_due", 15.0),
    ("web.mail.ticks.forget", 60 * 60.0),
    ("web.reports.ticks.ask_again", 30.0),
    ("web.reports.standing.ticks.tick", 15.0),
    ("web.reports.standing.ticks.forget", 60 * 60.0),
    ("web.logs.ticks.merge", 10.0),
    ("web.logs.ticks.clean", 60.0),
    ("web.drains.ticks.ask", 5.0),
    ("web.drains.ticks.measure", 60.0),
    ("web.alerts.ticks.look", 10.0),
    ("web.alerts.ticks.climb", 5.0),
    ("web.alerts.ticks.look_at_service", 15.0),
    ("web.alerts.ticks.ask_platform", 60.0),
    ("web.alerts.ticks.forget", 60 * 60.0),
    ("web.datasets.ticks.sweep", 60.0),
    ("web.datasets.orphans.sweep", 60 * 60.0),
    ("web.accounts.actions.remove_deleted", 60.0),
    ("web.audit.ticks.ask_again", 30.0),
    ("web.audit.ticks.forget", 60 * 60.0),
    ("web.api.ticks.forget", 60 * 60.0),
    ("web.scaling.ticks.scale", 15.0),
    ("web.scaling.ticks.tell", 10.0),
    ("web.scaling.ticks.forget", 60 * 60.0),
    ("web.usage.ticks.meter", 60.0),
    ("web.usage.ticks.keep", 60.0),
    ("web.usage.ticks.make_up", 60 * 60.0),
    ("web.usage.ticks.forget", 60 * 60.0),
    ("web.status.ticks.sample", 20.0),
    ("web.status.ticks.ping", 60.0),
    ("web.status.ticks.forget", 60 * 60.0),
    ("web.platform.removal.remove_due", 60.0),
    ("web.accounts.actions.forget_sessions", 6 * 60 * 60.0),
]

# Called by /readyz while the clock is silent; each does what any number of callers may.
WHEN_CLOCK_IS_SILENT = ["web.alerts.service.told_by_probe"]
