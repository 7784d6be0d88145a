"""Catching up over HTTP, and how the process feels."""

import shutil

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from live import guards
from live.frames import TOPIC, Event, is_number
from live.hub import hub
from live.models import LiveEvent, Topic

PAGE = 200  # events in one answer
TOO_FAR = 2000  # events after which a page had better load again
FREE = 500 * 1024 * 1024  # bytes that must be free where the data is
LAG = 1.0  # seconds


@never_cache
@require_GET
def events(request: HttpRequest) -> HttpResponse:
    """What a page missed of a topic after the number it has seen; 410 when it had better load again."""
    topic, after, epoch = (request.GET.get(name, "") for name in ("topic", "after", "epoch"))
    if not request.user.is_authenticated:
        return JsonResponse({}, status=401)
    if not (TOPIC.fullmatch(topic) and is_number(after) and is_number(epoch)):
        return JsonResponse({}, status=400)
    if not guards.may_hear(request.user, topic):
        return JsonResponse({}, status=404)
    head = Topic.objects.filter(name=topic).first() or Topic(name=topic)
    rows = list(LiveEvent.objects.after(topic, int(after))[:PAGE])
    # Another epoch (0: the page does not know it yet), too far behind, or behind what the log still holds.
    if (
        int(epoch) not in (0, head.epoch)
        or not 0 <= head.seq - int(after) <= TOO_FAR
        or (int(after) < head.seq and (not rows or rows[0].seq != int(after) + 1))
    ):
        return JsonResponse({"epoch": head.epoch, "head": head.seq}, status=410)
    told = [Event.of(row) for row in rows]
    return JsonResponse(
        {
            "epoch": head.epoch,
            "head": head.seq,
            "events": [event.as_dict(own=event.by == request.user.pk) for event in told],
        }
    )


@never_cache
@require_GET
def healthz(request: HttpRequest) -> HttpResponse:
    """Is this process worth keeping? Depends on nothing else than itself."""
    return JsonResponse({"lag": round(hub.lag, 3)}, status=200 if hub.lag < LAG else 503)


_schemas_seen: set[str] = set()


def _migrated() -> bool:
    """Has the database every migration of this code? Once it has, this process need not ask again."""
    database = str(connection.settings_dict["NAME"])
    if database not in _schemas_seen:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return False
        _schemas_seen.add(database)
    return True


@never_cache
@require_GET
def readyz(request: HttpRequest) -> HttpResponse:
    """Should this process be sent requests?"""
    missing = []
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        if not _migrated():
            missing.append("migrations")
    except DatabaseError:
        missing.append("database")
    if hub.draining:
        missing.append("draining")
    if shutil.disk_usage(settings.ROOT).free < FREE:
        missing.append("disk")
    degraded = [] if hub.hears_others else ["redis"]
    return JsonResponse({"missing": missing, "degraded": degraded}, status=503 if missing else 200)
