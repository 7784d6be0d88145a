"""What people answer by mail, posted where it belongs under the rights of that moment."""

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from discussions import words
from discussions.actions.files import MAX_IN_MESSAGE, discard_file, take_file
from discussions.actions.posting import ChannelClosed, ReusedClientId, post_message
from discussions.filing import Refused
from discussions.letters import CHANNEL, THREAD
from discussions.mentions import TooManyMentions
from discussions.models import MAX_LENGTH, Channel, File, Message
from notifications import incoming
from notifications.incoming import Answer, Attached, NotTaken
from richtext import TooLong

if TYPE_CHECKING:
    from accounts.models import User


def register() -> None:
    incoming.register(THREAD, answer_in_thread)
    incoming.register(CHANNEL, answer_in_channel)


def answer_in_thread(answer: Answer) -> str:
    """Post what came back to the address of a thread. Returns what its writer should know, raises NotTaken."""
    root = (
        Message.objects.visible_to(answer.person).select_related("channel__space").filter(pk=answer.object_id).first()
    )
    if root is None:
        raise _out_of_reach()
    return _answer(answer, root.channel, root)


def answer_in_channel(answer: Answer) -> str:
    """Post what came back to the address of a line of talk between two people."""
    channel = Channel.objects.visible_to(answer.person).select_related("space").filter(pk=answer.object_id).first()
    if channel is None:
        raise _out_of_reach()
    return _answer(answer, channel, None)


def _answer(answer: Answer, channel: Channel, thread: Message | None) -> str:
    author = answer.person
    if Message.objects.filter(author=author, client_id=answer.client_id).exists():
        return ""  # the same mail, which came twice
    said = _read(answer.words, channel, author)
    files, refused = _take_files(answer.files, channel, author)
    if not (said.body or files):
        raise NotTaken("\n".join([_("Votre réponse ne contient pas de texte."), *refused]))
    try:
        post_message(
            channel=channel,
            author=author,
            body=said.body,
            client_id=answer.client_id,
            thread=thread,
            files=[file.pk for file in files],
            named=said.named,
            by_mail=True,
        )
    except (PermissionDenied, ChannelClosed, ReusedClientId) as refusal:
        for file in files:
            discard_file(file=file, by=author)
        if isinstance(refusal, ReusedClientId):
            return ""
        raise _closed() from refusal
    return "\n".join(refused)


def _read(text: str, channel: Channel, author: "User") -> words.Words:
    if len(text) > MAX_LENGTH:
        raise NotTaken(
            _("Votre réponse compte %(count)s caractères ; la limite est de %(limit)s. Raccourcissez-la.")
            % {"count": len(text), "limit": MAX_LENGTH}
        )
    try:
        return words.read(text, channel=channel, author=author)
    except TooManyMentions as error:
        raise NotTaken(_("Votre réponse nomme trop de personnes une par une.")) from error
    except TooLong as error:
        raise NotTaken(_("Votre réponse est trop longue, une fois mise en forme. Raccourcissez-la.")) from error


def _take_files(attached: list[Attached], channel: Channel, author: "User") -> tuple[list[File], list[str]]:
    """The files that may be joined, and a sentence for each that may not."""
    taken: list[File] = []
    refused: list[str] = []
    for each in attached[:MAX_IN_MESSAGE]:
        try:
            upload = SimpleUploadedFile(each.name or "fichier", each.content)
            taken.append(take_file(channel=channel, owner=author, upload=upload))
        except PermissionDenied as refusal:
            raise _closed() from refusal
        except Refused as refusal:
            refused.append(_("%(name)s : %(reason)s") % {"name": each.name, "reason": refusal})
    if (left := len(attached) - MAX_IN_MESSAGE) > 0:
        refused.append(
            ngettext(
                "%(count)s fichier de trop : un message en porte dix au plus.",
                "%(count)s fichiers de trop : un message en porte dix au plus.",
                left,
            )
            % {"count": left}
        )
    return taken, refused


def _out_of_reach() -> NotTaken:
    return NotTaken(_("Le fil auquel vous répondez n’existe plus, ou vous n’y avez plus accès."))


def _closed() -> NotTaken:
    return NotTaken(_("On ne peut plus écrire dans ce fil : il est archivé, ou réservé à l’animation."))
