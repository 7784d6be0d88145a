"""Channels and messages."""

import uuid

import factory
from django.core.files.base import ContentFile

from discussions.models import Channel, File, Message
from tests.factories import SpaceFactory, UserFactory


class ChannelFactory(factory.django.DjangoModelFactory[Channel]):
    class Meta:
        model = Channel

    space = factory.SubFactory(SpaceFactory)
    name = "Général"


class MessageFactory(factory.django.DjangoModelFactory[Message]):
    """A message as a row. To have one with its event in the log, call `discussions.actions.post_message`."""

    class Meta:
        model = Message

    channel = factory.SubFactory(ChannelFactory)
    author = factory.SubFactory(UserFactory)
    client_id = factory.LazyFunction(uuid.uuid4)
    seq = factory.Sequence(lambda n: n + 1)
    body = "<p>Bonjour</p>"


class FileFactory(factory.django.DjangoModelFactory[File]):
    """A small image as a row, waiting for its message. To have one as people give it, call `actions.take_file`."""

    class Meta:
        model = File

    channel = factory.SubFactory(ChannelFactory)
    owner = factory.SubFactory(UserFactory)
    name = "plan.png"
    media_type = "image/png"
    size = 4
    width, height = 2, 2
    content = factory.LazyFunction(lambda: ContentFile(b"PNG!", name="plan.png"))
    preview = factory.LazyFunction(lambda: ContentFile(b"WEBP", name="plan.webp"))
