"""Channels and messages."""

import uuid

import factory

from discussions.models import Channel, Message
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
