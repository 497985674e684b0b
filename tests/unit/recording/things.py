"""Resources of no provider, for the recorder's own tests."""

from typing import Any

import pulumi


class Parent(pulumi.ComponentResource):
    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("shop:index:Parent", name, None, opts)


class Thing(pulumi.CustomResource):
    size: pulumi.Output[int]
    address: pulumi.Output[str]
    key: pulumi.Output[str]

    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None, **props: Any) -> None:
        super().__init__("shop:index:Thing", name, {"address": None, "key": None, **props}, opts)
