"""Outputs that are known once what stands behind them is of use."""

from __future__ import annotations

from typing import TypeVar, cast

import pulumi

T = TypeVar("T")


def after(value: pulumi.Output[T], *needed: pulumi.Resource) -> pulumi.Output[T]:
    """The value, for whom needs these resources too: what is made of it waits until they stand.

    A preview knows it all the same, when one of them is to change.
    """
    # An URN is known as soon as its resource stands, and stays what it was when the resource changes.
    known = pulumi.Output.all(value, *(resource.urn for resource in needed))
    return known.apply(lambda them: cast(T, them[0]))
