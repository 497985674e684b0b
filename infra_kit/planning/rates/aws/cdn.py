"""CloudFront (https://aws.amazon.com/cloudfront/pricing/): visitors are counted where the stack stands.

What it fetches from an origin on aws is free.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from infra_kit.planning.rates import Asked, Line, Rate
from infra_kit.planning.rates.reading import MILLION, share


def distribution(asked: Asked) -> Iterator[Line]:
    part = share(asked)
    yield Line("data to visitors", "cloudfront/out", asked.usage.gb_out * part, assumed=True)
    yield Line("requests over HTTPS", "cloudfront/https", asked.usage.requests * part / 1000, assumed=True)


def function(asked: Asked) -> Iterator[Line]:
    """As if it ran for each request: what the Cdn has cached passes it too."""
    yield Line("calls", "cloudfront/function", asked.usage.requests * share(asked) / MILLION, assumed=True)


RATES: Mapping[str, Rate] = {
    "aws:cloudfront/distribution:Distribution": distribution,
    "aws:cloudfront/function:Function": function,
}
