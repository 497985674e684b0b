"""A key of a link in a SeaweedFS server."""

from __future__ import annotations

from signal import SIGHUP

from botocore.exceptions import ClientError, ConnectionError, HTTPClientError  # noqa: A004  botocore's names

from infra_kit.providers.common import seaweed
from infra_kit.providers.local.box import Box
from infra_kit.providers.local.credentials import Credential
from infra_kit.providers.local.server import took_over
from infra_kit.providers.local.server_user import ServerUser
from infra_kit.providers.local.servers import bucket, object_store, seaweed_conf

RELOAD_SECONDS = 10
"""SeaweedFS takes its identities over within milliseconds."""
STRANGERS = ("InvalidAccessKeyId", "SignatureDoesNotMatch")
"""What S3 answers to a key that it does not know."""


class ObjectStoreKey(ServerUser):
    KIND = "local/object_store_key"
    SERVER = "local/object_store"

    def settle(self, box: Box, credential: Credential) -> None:  # noqa: ARG002  the file holds all identities
        self._take_over(box)

    def revoke(self, box: Box, user: str) -> None:  # noqa: ARG002
        self._take_over(box)

    def lets_in(self, box: Box, credential: Credential) -> bool:
        return _is_known(box, credential.user, credential.password)

    def _take_over(self, box: Box) -> None:
        record = box.record
        generation = seaweed_conf.write_identities(box, record)
        box.process.signal(SIGHUP)
        box.process.wait(lambda: _is_known(box, seaweed.GENERATION, generation), RELOAD_SECONDS)
        took_over(box, record, object_store.command(box, record))


def _is_known(box: Box, access_key: str, secret_key: str) -> bool:
    s3 = bucket.client(object_store.address(box.record), seaweed.REGION, access_key, secret_key)
    try:
        s3.list_buckets()
    except ClientError as error:
        return error.response["Error"]["Code"] not in STRANGERS
    except (ConnectionError, HTTPClientError):
        return False
    return True


HANDLER = ObjectStoreKey()
