"""The patches do not change NiceGUI's behaviour."""

import json
from functools import partial

import pytest
from nicegui import helpers
from socketio.packet import Packet

from ui.runtime.nicegui_patches import TextPacket, _asked, expects_arguments


class Listener:
    def nothing(self):
        return None

    def one(self, event):
        return event

    def perhaps(self, event=None):
        return event

    @classmethod
    def shared(cls, event):
        return event


@pytest.mark.parametrize(
    "handler",
    [
        Listener().nothing,
        Listener().one,
        Listener().perhaps,
        Listener.shared,
        Listener.one,
        partial(Listener().one, 1),
        lambda: None,
        lambda event: event,
    ],
)
def test_the_answer_is_niceguis_own(handler):
    assert expects_arguments(handler) == _asked(handler)
    assert expects_arguments(handler) == _asked(handler), "and so it is the second time"


def test_a_text_packet_encodes_like_a_packet():
    data = ["update", {"1": {"props": {"rows": [{"id": "a", "value": 1.5}]}}}]
    assert TextPacket(data=data).encode() == Packet(data=data).encode()
    assert TextPacket(encoded_packet="2" + json.dumps(data)).data == data


def test_nicegui_uses_the_patched_functions():
    assert callable(helpers.expects_arguments)
