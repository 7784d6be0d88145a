"""Every write to channels and messages."""

from discussions.actions.channels import (
    GeneralStays,
    NameTaken,
    archive_channel,
    change_channel,
    create_channel,
    erase_about,
    move_channel,
    open_about,
    open_general,
    reopen_channel,
)
from discussions.actions.direct import open_direct
from discussions.actions.files import FilesGone, take_file
from discussions.actions.messages import MessageGone, edit_message, remove_message
from discussions.actions.posting import ChannelClosed, ReusedClientId, post_message
from discussions.actions.reactions import follow_thread, keep_for_later, pin_message, react
from discussions.actions.reading import (
    keep_draft,
    mark_all_read,
    mark_read,
    mark_thread_read,
    mark_unread,
    set_level,
)

__all__ = [
    "ChannelClosed",
    "FilesGone",
    "GeneralStays",
    "MessageGone",
    "NameTaken",
    "ReusedClientId",
    "archive_channel",
    "change_channel",
    "create_channel",
    "edit_message",
    "erase_about",
    "follow_thread",
    "keep_draft",
    "keep_for_later",
    "mark_all_read",
    "mark_read",
    "mark_thread_read",
    "mark_unread",
    "move_channel",
    "open_about",
    "open_direct",
    "open_general",
    "pin_message",
    "post_message",
    "react",
    "remove_message",
    "reopen_channel",
    "set_level",
    "take_file",
]
