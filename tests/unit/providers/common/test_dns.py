"""How records are written for a DNS."""

from __future__ import annotations

import pytest

from infra_kit.providers.common import dns


@pytest.mark.parametrize("name", ["www.shop.example", "www.shop.example."])
def test_an_absolute_name_has_one_last_dot(name: str) -> None:
    assert dns.absolute(name) == "www.shop.example."


def test_a_long_text_is_made_of_texts_of_255_characters() -> None:
    text = "a" * 255 + "b" * 255 + "c"
    assert dns.chunks(text) == ["a" * 255, "b" * 255, "c"]
