"""How gunicorn serves the console behind the platform's router.

Source of the figures: Heroku's own sample for gthread workers; its router keeps an idle connection
for 90 s, cuts a request after 30 s, and kills a dyno 30 s after SIGTERM.
"""

from pathlib import Path

from gunicorn.workers.base import Worker

from web import env, settings

# Without TLS in front only this machine may come in, unless it is said otherwise.
address = env.text("BIND_ADDRESS", default="0.0.0.0" if settings.HTTPS else "127.0.0.1")  # noqa: S104
bind = f"{address}:{env.number('PORT', default=8000, least=1, most=65535)}"
workers = settings.WEB_CONCURRENCY
worker_class = "gthread"
threads = settings.WEB_THREADS
preload_app = True
control_socket_disable = True  # it would lie in the home folder, one for all consoles
timeout = 20
graceful_timeout = 20
keepalive = 95
# A restart now and then bounds what leaks; by chance, so that workers do not go at once.
max_requests = 10_000
max_requests_jitter = 1_000
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108
accesslog = None  # web.platform.middleware logs each answer, with the request id
logconfig_dict = {
    **settings.LOGGING,
    "loggers": {"gunicorn.error": {"handlers": [], "level": settings.LOG_LEVEL, "propagate": True}},
}


def post_worker_init(worker: Worker) -> None:
    """Say how a process whose request cannot be ended goes: after what else it answers."""
    from web.platform.watchdog import watchdog  # noqa: PLC0415 (Django is set up by now)

    def leave() -> None:
        worker.alive = False

    watchdog.retire = leave
