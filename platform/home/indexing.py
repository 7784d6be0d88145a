"""The whole index, made again from the tables: after a restored backup, a change of its rules, an import."""

import search
from discussions import finding as talk
from discussions.models import File, Message
from reservoir import finding as notes
from reservoir.models import NoteRelease
from spaces.models import Visibility

BATCH = 500


def index_everything() -> dict[str, int]:
    """Put in what may be found, take out what may not; how many of each kind are in."""
    standing = Message.objects.standing().filter(channel__confidential=False)
    for message in standing.select_related("channel").prefetch_related("files").order_by().iterator(BATCH):
        talk.make_findable(message)
    read = NoteRelease.objects.filter(is_current=True).exclude(note__visibility=Visibility.PRIVATE)
    for release in read.select_related("note").order_by().iterator(BATCH):
        notes.make_findable(release.note, release)
    files = File.objects.filter(message__in=standing)
    kept = {talk.MESSAGE: standing.values("pk"), talk.FILE: files.values("pk"), notes.KIND: read.values("note")}
    for kind, objects in kept.items():
        search.keep_only(kind, objects)
    return {talk.MESSAGE: standing.count(), talk.FILE: files.count(), notes.KIND: read.count()}
