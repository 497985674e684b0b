"""What is asked of a price book."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from infra_kit.planning.costs import Item


def skus(items: Iterable[Item]) -> Iterator[str]:
    """Of all that is billed, whether it has a price or not."""
    for item in items:
        unknown = re.search(r"has no (\S+)$", item.why)
        if item.price or unknown:
            yield item.price.sku if item.price else unknown[1]  # type: ignore[index]  # one of the two is there
