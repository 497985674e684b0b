"""Values as they go over Pulumi's wire."""

import pytest
from google.protobuf.json_format import MessageToDict
from google.protobuf.struct_pb2 import Struct

from infra_kit.recording.values import bag, message

VALUES = {"a": [1, 2.5, {"b": None}], "c": {"d": True, "e": "f"}, "g": [], "h": {}, "i": -3}


def test_what_goes_over_the_wire_comes_back() -> None:
    assert bag(message(VALUES)) == VALUES


def test_it_is_read_as_protobuf_reads_it() -> None:
    assert bag(message(VALUES)) == MessageToDict(message(VALUES))


@pytest.mark.parametrize(("given", "kind"), [(3.0, int), (2.5, float), (0, int), (2.0**60, int), (True, bool)])
def test_a_whole_number_is_an_int_again(given: float, kind: type) -> None:
    read = bag(message({"it": given}))["it"]
    assert type(read) is kind
    assert read == given


def test_a_value_that_says_nothing_is_none() -> None:
    empty = Struct()
    empty.fields["it"].Clear()
    assert bag(empty) == {"it": None}
