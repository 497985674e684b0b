"""The way of what holds data, from where it is to where it will be: steps, downtime, and the way back.

Written for people who do it by hand. Downtimes are what a small product sees (tens of GB), as an order of magnitude.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum


class How(StrEnum):
    """The kinds of ways."""

    IN_PLACE = "in place"
    DUAL_RUN = "dual run and cut over"
    RESTORE = "snapshot and restore"
    EMPTY = "begins empty"
    NONE = "its data is given up"
    LEFT = "let go, and left where it is"
    UNKNOWN = "not known offline"


@dataclass(frozen=True)
class Way:
    """How one thing that holds data gets there."""

    how: How
    downtime: tuple[int, int] | None
    """Seconds that its users may notice, from and to. None: nobody here knows; or it has no users any more."""
    steps: tuple[str, ...]
    """`{go}` stands for how `up` is brought to let go of the old one, until it is known of which resources."""
    back: tuple[str, ...]
    """The way back, as long as what was before still stands."""
    source: str = ""
    """The vendor's page about it."""
    at_least: bool = False
    """Whether `downtime` is only what is known of it: it may be longer."""

    @property
    def lets_go(self) -> bool:
        """Whether it has no users any more, who could wait for it."""
        return self.how in {How.NONE, How.LEFT}

    @property
    def pause(self) -> str:
        """Its downtime in words; empty: there is none to speak of."""
        if self.downtime is None:
            return "" if self.lets_go else "downtime not known"
        low, high = self.downtime
        more = ", or longer: a part of it is not known" if self.at_least else ""
        return f"{_time(low)} to {_time(high)} of downtime{more}" if high else "no downtime"


def _time(seconds: int) -> str:
    return f"{seconds} s" if seconds < 120 else f"{round(seconds / 60)} min"


_KEEP = "Keep the old one, without writers, until the new one has been trusted for a week; then take it away: {go}."

_MOVES: Mapping[str, Way] = {
    "Postgres": Way(
        How.DUAL_RUN,
        (30, 300),
        (
            "Back it up, and see that the backup restores.",
            "Make the new one beside the old one, under another name; run the migrations there.",
            "Copy by logical replication: a publication FOR ALL TABLES here, a subscription there "
            "(sequences, large objects and roles are not in it: copy them by pg_dump at the end). It takes "
            "wal_level=logical here, which a server on local or vps has not, and a network from there to here: without "
            "these by pg_dump and psql, by `infra-kit connect`, with the writers stopped for as long as a try took.",
            "When it has caught up, stop the writers, wait until nothing is left to copy, set the sequences.",
            "Point the links at the new one, `up`, and let the writers in.",
            _KEEP,
        ),
        (
            "Before the first write to the new one, subscribe the old one to it: then stop the writers and point the "
            "links back; or copy back by pg_dump, with the same pause. Without either, what was written since is lost.",
        ),
        "https://www.postgresql.org/docs/current/logical-replication.html",
    ),
    "Redis": Way(
        How.EMPTY,
        (5, 60),
        (
            "Make the new one beside the old one, under another name.",
            "What is only cached fills by itself. What must not be lost (queues, sessions) is copied key by key "
            "(DUMP and RESTORE, or a tool as RIOT) while its writers are stopped.",
            "Point the links at the new one, and `up`.",
            _KEEP,
        ),
        ("Point the links back: what was written to the new one since is only there.",),
        "https://redis.io/docs/latest/commands/restore/",
    ),
    "Search": Way(
        How.DUAL_RUN,
        (0, 60),
        (
            "Make the new one beside the old one, under another name, with the same indexes.",
            "Let the writers write to both; index anew there what was written before, from the database that it came "
            "of, or by `_reindex` from the old one.",
            "Compare the counts (`_count`), point the links at the new one, and `up`.",
            _KEEP,
        ),
        ("Point the links back: as long as the writers write to both, nothing is lost.",),
        "https://docs.opensearch.org/latest/api-reference/document-apis/reindex/",
    ),
    "DocumentStore": Way(
        How.RESTORE,
        (60, 1800),
        (
            "Make the new one beside the old one, under another name: its collections and indexes come with it.",
            "Try it first: `mongodump --archive` by the old one's url, `mongorestore --archive` by the new one's.",
            "Empty the new one's collections, stop the writers, and do it again: it takes as long as that try did.",
            "Compare the counts of documents; point the links at the new one, `up`, and let the writers in.",
            _KEEP,
        ),
        ("Point the links back: what was written to the new one since is only there.",),
        "https://www.mongodb.com/docs/database-tools/mongodump/",
    ),
    "Auth": Way(
        How.DUAL_RUN,
        (0, 60),
        (
            "No password leaves a user pool of Cognito, so none is copied. Make the new one beside the old one, under "
            "another name, with the same groups; register it anew at Google and Apple.",
            "Have a trigger of the new one (`user-migration`) ask the old one when somebody logs in with a password, "
            "and keep the account: for that the clients send it (USER_PASSWORD_AUTH). Or import all accounts from a "
            "CSV of `aws cognito-idp list-users`: then each of them sets a new password, by a code that is mailed.",
            "Everybody has another `sub` there: have programs know people by another key, or map the old to the new.",
            "Point the links at the new one, and `up`: everybody logs in once more.",
            _KEEP,
        ),
        ("Point the links back: accounts and passwords that were made since are only in the new one.",),
        "https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-import-users.html",
    ),
    "ObjectStore": Way(
        How.DUAL_RUN,
        (0, 60),
        (
            "Make the new one beside the old one, under another name.",
            "Copy with `rclone sync old: new:` while everything runs; once more, which takes what is new since.",
            "Stop the writers, copy once more with --checksum, point the links and routes at the new one, `up`.",
            "Compare with `rclone check old: new:`.",
            _KEEP,
        ),
        ("Copy what is new the other way, and point the links back.",),
        "https://rclone.org/commands/rclone_sync/",
    ),
    "EventBus": Way(
        How.DUAL_RUN,
        (0, 60),
        (
            "Make the new one beside the old one, under another name.",
            "Let the consumers listen to both, then the publishers write to the new one only.",
            "When the old one's consumers have worked off all there is, take their links to it away.",
            "Streams that are kept for replay: copy them, in their order, or keep the old one as long as they must be.",
            _KEEP,
        ),
        ("Let the publishers write to the old one again; the consumers still listen to both.",),
        "https://docs.nats.io/nats-concepts/jetstream/streams",
    ),
    "Backup": Way(
        How.EMPTY,
        (0, 0),
        (
            "Take a copy at the new place as soon as it stands (`infra-kit backup`): until then the old one's are all.",
            "Keep the old copies as long as a moment before may be asked for: it is restored from there.",
            "Then take them away: {go}.",
        ),
        ("Have it copy to the old place again: what was kept there is there.",),
    ),
    "Secret": Way(
        How.NONE,
        (0, 60),
        (
            "Take the value from the old one (`infra-kit show`), and give it to the new one, if what it signed or "
            "encrypted is to stay readable; else another one is generated.",
            "{go}. Whoever is linked to it is restarted with the new value.",
        ),
        ("Set the old value again.",),
    ),
    "Domain": Way(
        How.DUAL_RUN,
        (0, 0),
        (
            "Make the new zone with all records of the old one.",
            "Lower the TTLs of the old zone's records a day before.",
            "Set the new name servers where the domain was bought; both zones answer until that has spread (two days).",
            _KEEP,
        ),
        ("Set the old name servers again.",),
    ),
}
"""By the component's type, its way to another place: another target, region or engine, or one made anew."""
_SAME = {"aws:cognito/userPool:UserPool": "Auth"}
"""By the type of a resource beside our components, the component whose way it has."""

_RESTORE = Way(
    How.RESTORE,
    (600, 3600),
    (
        "Stop the writers, and take a snapshot; see that it restores.",
        "{go}. A new and empty one is made.",
        "Restore the snapshot into it, and let the writers in.",
    ),
    ("Undo the change, `up`, and restore the same snapshot: what was written since is lost.",),
)

_SNAPSHOTS: Mapping[str, str] = {
    "aws:ebs/volume:Volume": "https://docs.aws.amazon.com/ebs/latest/userguide/ebs-snapshots.html",
    "aws:efs/fileSystem:FileSystem": "https://docs.aws.amazon.com/aws-backup/latest/devguide/restoring-efs.html",
    "docker:index/volume:Volume": (
        "https://docs.docker.com/engine/storage/volumes/#back-up-restore-or-migrate-data-volumes"
    ),
    "gcp:compute/disk:Disk": "https://cloud.google.com/compute/docs/disks/create-snapshots",
}
"""By type, the vendor's page about snapshots and how they are restored."""

_AWS_KEYS = "https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html"
_GCP_KEYS = "https://cloud.google.com/kms/docs/destroy-restore"
KEYS: Mapping[str, str] = {
    "aws:kms/key:Key": _AWS_KEYS,
    "gcp:kms/cryptoKey:CryptoKey": _GCP_KEYS,
    "gcp:kms/keyRing:KeyRing": _GCP_KEYS,
}
"""By type, the vendor's page about the end of a key."""
_KEY = Way(
    How.NONE,
    (0, 0),
    (
        "See what is encrypted with the key and is to stay readable (old logs, say), and copy it.",
        "{go}. Another key is made.",
    ),
    ("While a deletion waits (days, at its vendor's), cancel it: what the key encrypted is readable again.",),
)

_BUCKETS = frozenset({"aws:s3/bucket:Bucket", "gcp:storage/bucket:Bucket"})
_LOGS = Way(
    How.NONE,
    (0, 0),
    (
        "Copy what may be asked for yet (`rclone sync old: elsewhere:`).",
        "{go}. The logs go on in another bucket.",
    ),
    ("Undo the change, and `up`: logs of the time between are in the copy only.",),
    "https://rclone.org/commands/rclone_sync/",
)


def moved(kind: str, types: Collection[str]) -> Way:
    """The way of a component's data to another place.

    Args:
        kind: the component's type (`Postgres`), or that of a resource beside our components.
        types: of the resources that hold the data: of a component that keeps none itself, keys, logs or volumes.
    """
    data = [it for it in types if it not in KEYS]
    if not data:
        return replace(_KEY, source=_page(types, KEYS))
    if kind in _MOVES or kind in _SAME:
        return _MOVES[_SAME.get(kind, kind)]
    if _BUCKETS.issuperset(data):
        return _MOVES["ObjectStore"] if kind in _BUCKETS else _LOGS
    return replace(_RESTORE, source=_page(data, _SNAPSHOTS))


def _page(types: Iterable[str], pages: Mapping[str, str]) -> str:
    return next((pages[it] for it in types if it in pages), "")


UNKNOWN = Way(
    How.UNKNOWN,
    None,
    (
        "Nothing is known here of what replaces a resource of this type: ask the engine (`--engine`), or the vendor's "
        "documentation.",
        "Back it up, and see that it restores.",
    ),
    ("Undo the change, and `up`: if it was replaced, restore the backup.",),
)
