"""Cross-views workshops as data: read a file of records, refuse what is not understood, load each once."""

import json
from collections.abc import Iterable
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from spaces.models import Space, Visibility
from workshops.models import CrossViewsWorkshop, Event, Segment, Speaker, SynthesisBullet, WorkshopSubgroup

OF_2018_2019 = Path(__file__).parent / "data" / "ateliers_2018_2019.json"
#: Time kept for a conclusion whose end the record leaves open.
OPEN_END = timedelta(minutes=30)


class UnreadableRecord(ValueError):
    """A record of a data file cannot be loaded; the message says which and why."""


def read(path: Path) -> list[dict[str, Any]]:
    """The records of a data file. Raises `UnreadableRecord` when the file is not a list of workshops."""
    try:
        records = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UnreadableRecord(
            _("Le fichier %(name)s n’est pas lisible : %(why)s") % _named(path.name, error)
        ) from error
    if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
        raise UnreadableRecord(_("Le fichier %(name)s doit contenir une liste d’ateliers.") % {"name": path.name})
    return records


@transaction.atomic
def load(records: Iterable[dict[str, Any]], *, space: Space, visibility: str = Visibility.PUBLIC) -> int:
    """Load workshops as past events of `space`: all of them or, at the first record refused, none.

    Returns how many were new; a record loaded before is left as it is. Raises `UnreadableRecord`.
    """
    return sum(_load_one(record, space, visibility) for record in records)


def _load_one(record: dict[str, Any], space: Space, visibility: str) -> bool:
    name = str(record.get("id", "?"))
    try:
        if CrossViewsWorkshop.objects.filter(source_id=record["id"]).exists():
            return False
        segments = [_segment(name, position, item) for position, item in enumerate(record["segments"])]
        day = datetime.fromisoformat(record["date"]).date()
        last = segments[-1][0]
        event = Event.objects.create(
            space=space,
            kind=Event.Kind.CROSS_VIEWS_WORKSHOP,
            state=Event.State.HELD,
            title=record["theme"],
            starts_at=_moment(day, segments[0][0].starts),
            ends_at=_moment(day, last.ends) if last.ends else _moment(day, last.starts) + OPEN_END,
            mode=Event.Mode.ONSITE,
            place=record["host"],
        )
        workshop = CrossViewsWorkshop.objects.create(
            event=event,
            source_id=record["id"],
            framing=record["framing"],
            designers=record["designers"],
            visibility=visibility,
        )
        for segment, speakers in segments:
            segment.workshop = workshop
            segment.save()
            for speaker in speakers:
                speaker.segment = segment
            Speaker.objects.bulk_create(speakers)
        for position, item in enumerate(record["subgroups"]):
            subgroup = WorkshopSubgroup.objects.create(
                workshop=workshop,
                position=position,
                topic=item["topic"],
                transversal=item["transversal"],
                questions=item["questions"],
                side_note=item["side_note"],
                animator_organisation=item["animator_organisation"],
                rapporteur_organisations=item["rapporteur_organisations"],
            )
            SynthesisBullet.objects.bulk_create(
                SynthesisBullet(subgroup=subgroup, position=place, text=text)
                for place, text in enumerate(item["key_ideas"])
            )
    except KeyError as error:
        raise UnreadableRecord(
            _("Atelier « %(name)s » : il manque le champ « %(why)s ».") % _named(name, error.args[0])
        ) from error
    return True


def _segment(name: str, position: int, item: dict[str, Any]) -> tuple[Segment, list[Speaker]]:
    segment = Segment(
        position=position,
        kind=_one_of(Segment.Kind, item["kind"], name),
        starts=time.fromisoformat(item["start"]),
        ends=time.fromisoformat(item["end"]) if item["end"] else None,
        mode=_one_of(Segment.Mode, item["mode"], name) if item.get("mode") else "",
        allocation=_one_of(Segment.Allocation, item["allocation"], name) if item.get("allocation") else "",
    )
    speakers = [
        Speaker(
            position=place,
            organisation=speaker["organisation"],
            viewpoint=_one_of(Speaker.Viewpoint, speaker["viewpoint"], name) if speaker["viewpoint"] else "",
            example=speaker.get("example", ""),
        )
        for place, speaker in enumerate(item["speakers"])
    ]
    return segment, speakers


def _one_of(choices: Any, value: str, name: str) -> str:
    if value not in choices.values:
        raise UnreadableRecord(
            _("Atelier « %(name)s » : « %(value)s » est inconnu ; les valeurs possibles sont %(known)s.")
            % {"name": name, "value": value, "known": ", ".join(choices.values)}
        )
    return str(value)


def _named(name: str, why: object) -> dict[str, object]:
    return {"name": name, "why": why}


def _moment(day: Any, at: time) -> datetime:
    return timezone.make_aware(datetime.combine(day, at))
