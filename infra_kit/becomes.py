"""What an input becomes, given what it was: the changes that some services make in place only at times."""

from __future__ import annotations

import re
from ipaddress import ip_network
from typing import Any


def is_lower(before: Any, after: Any) -> bool:
    """Of sizes, and of versions, however they are written: `8.2`, `REDIS_7_2`."""
    old, new = ([int(it) for it in re.findall(r"\d+", str(version or ""))] for version in (before, after))
    return bool(new) and new < old


def is_lower_and_known(before: Any, after: Any) -> bool:
    """To or from `REDIS_6_X`, the provider lets the service refuse it."""
    return is_lower(before, after) and not any(str(version).endswith("_X") for version in (before, after))


def is_another(before: Any, after: Any) -> bool:
    """Left out again, it stays what it was."""
    return bool(after) and after != before


def appears(before: Any, after: Any) -> bool:
    return bool(after) and not before


def appears_or_goes(before: Any, after: Any) -> bool:
    return bool(before) != bool(after)


def leaves_valkey(before: Any, after: Any) -> bool:
    return (before, after) == ("valkey", "redis")


def is_unlocked(before: Any, after: Any) -> bool:
    """What its lock keeps can only go with all of it."""
    return bool((before or {}).get("isLocked")) and not (after or {}).get("isLocked")


def is_protected_otherwise(before: Any, after: Any) -> bool:
    """One that is not said is that of software."""
    old, new = ((template or {}).get("protectionLevel") or "SOFTWARE" for template in (before, after))
    return bool(after) and old != new


def is_kept_elsewhere(before: Any, after: Any) -> bool:
    """Keys can be changed, places cannot."""
    return bool(_without_keys(before) != _without_keys(after))


def _without_keys(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_keys(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {key: _without_keys(item) for key, item in value.items() if key != "customerManagedEncryption"}


def is_no_larger_range(before: Any, after: Any) -> bool:
    """A subnet's range can be expanded, and its addresses stay. Of a text that stands for one, nobody can say that."""
    try:
        old, new = (ip_network(it, strict=False) for it in (before, after))
    except ValueError:
        return True
    return not (old.version == new.version and old.subnet_of(new))  # type: ignore[arg-type]


def _has_a_smaller_disk(before: Any, after: Any) -> bool:
    """One that grows by itself is left as it is, and so is one whose size is not said."""
    old, new = ((settings or {}).get("diskSize", 0) for settings in (before, after))
    return not (after or {}).get("diskAutoresize", True) and bool(new) and new < old


def is_another_server(before: Any, after: Any) -> bool:
    """Cloud SQL takes no smaller disk, and does not leave the private network that it is in
    (https://github.com/hashicorp/terraform-provider-google, privateNetworkCustomizeDiff)."""
    old, new = (((it or {}).get("ipConfiguration") or {}).get("privateNetwork") for it in (before, after))
    return _has_a_smaller_disk(before, after) or bool(old and not new)
