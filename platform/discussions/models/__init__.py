"""Channels, the messages written in them, and what each reader keeps of them."""

from discussions.models.channels import Channel, ChannelQuerySet
from discussions.models.files import File, FileQuerySet
from discussions.models.messages import (
    MAX_LENGTH,
    Edition,
    Mention,
    Message,
    MessageQuerySet,
    Reaction,
    SavedMessage,
    Sign,
    SignCount,
    signs_of,
)
from discussions.models.moderation import ModerationAct, Report
from discussions.models.reading import Draft, Following, Reading

__all__ = [
    "MAX_LENGTH",
    "Channel",
    "ChannelQuerySet",
    "Draft",
    "Edition",
    "File",
    "FileQuerySet",
    "Following",
    "Mention",
    "Message",
    "MessageQuerySet",
    "ModerationAct",
    "Reaction",
    "Reading",
    "Report",
    "SavedMessage",
    "Sign",
    "SignCount",
    "signs_of",
]
