"""The life of a user that a link makes inside of a server: made once, brought back when it is lost, taken away with
its link. The server is never restarted for it, and nobody else is cut off."""

from __future__ import annotations

import secrets
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar

from pulumi.dynamic import CheckFailure

from infra_kit._dynamic import Props
from infra_kit.errors import ServerError
from infra_kit.providers.local import credentials
from infra_kit.providers.local.box import Box
from infra_kit.providers.local.credentials import Credential
from infra_kit.providers.local.server import box_of, inputs_of


class ServerUser(ABC):
    """One kind of user. Its server finds the credentials too, and settles all of them when it is itself settled."""

    KIND: ClassVar[str]
    SERVER: ClassVar[str]
    """The kind of its server."""

    # What a subclass says

    @abstractmethod
    def settle(self, box: Box, credential: Credential) -> None:
        """Makes the running server let the user in, with just these rights."""

    @abstractmethod
    def revoke(self, box: Box, user: str) -> None:
        """Makes the running server forget a user, whose credential is not kept any more."""

    @abstractmethod
    def lets_in(self, box: Box, credential: Credential) -> bool:
        """Whether the server does; False where it does not answer."""

    # What the dynamic provider calls

    def check(self, olds: Props, news: Props) -> list[CheckFailure]:  # noqa: ARG002
        return []

    def changed(self, olds: Props, news: Props) -> bool:
        """A user that the server does not let in counts as changed: every `up` brings it back."""
        return inputs_of(olds) != inputs_of(news) or not all(self._stands(box, news["user"]) for box in _boxes(news))

    def ensure(self, props: Props, olds: Props | None = None) -> tuple[str, Props]:
        boxes = _boxes(props)
        credential = _credential(boxes[0], props)
        for box in boxes:
            _require_running(box, credential.user)
            with credentials.changing(box):
                credentials.keep(box, credential)
                self.settle(box, credential)
        if olds:
            self._leave(olds, boxes, credential.user)
        public, private = self.outputs(credential)
        resource_id = f"{boxes[0].stack}/{boxes[0].name}/{credential.user}"
        return resource_id, {**inputs_of(props), "public": public, "private": private}

    def read(self, resource_id: str, props: Props) -> Props | None:  # noqa: ARG002
        """What `refresh` sees: a user is there as long as its credential is; `changed` sees whether it is let in."""
        box = box_of(props)
        if not box.exists or credentials.find(box, props["user"]) is None:
            return None
        return {key: value for key, value in props.items() if key != "__provider"}

    def delete(self, resource_id: str, props: Props) -> None:  # noqa: ARG002
        for box in _boxes(props):
            if box.exists:
                self._remove(box, props["user"])
            else:
                self._remove_where_it_moved(box, props["user"])

    def outputs(self, credential: Credential) -> tuple[dict[str, Any], dict[str, Any]]:
        """What is public of it, and what is secret."""
        return {"username": credential.user}, {"password": credential.password}

    # How it goes about it

    def _stands(self, box: Box, user: str) -> bool:
        credential = credentials.find(box, user) if box.exists else None
        return credential is not None and box.process.pid is not None and self.lets_in(box, credential)

    def _leave(self, olds: Props, boxes: Sequence[Box], user: str) -> None:
        """What it had elsewhere, or by another name, is taken away."""
        for box in _boxes(olds):
            if box.exists and (box not in boxes or olds["user"] != user):
                self._remove(box, olds["user"])

    def _remove(self, box: Box, user: str) -> None:
        """A server that is down lets nobody in: it begins with the users whose credentials are kept."""
        box.require_ours()
        with credentials.changing(box):
            credentials.forget(box, user)
            if box.process.pid is not None:
                self.revoke(box, user)

    def _remove_where_it_moved(self, old: Box, user: str) -> None:
        """A renamed server took its users along. Where it is gone altogether, so are they."""
        for box in credentials.holders(old, user):
            if box.record.kind == self.SERVER:
                self._remove(box, user)


def _boxes(props: Props) -> list[Box]:
    """The server's, and those of its replicas where they do not take users over from it themselves."""
    first = box_of(props)
    return [first, *(Box(first.home, first.stack, name) for name in props.get("replicas") or ())]


def _credential(box: Box, props: Props) -> Credential:
    there = credentials.find(box, props["user"]) if box.exists else None
    return Credential(props["user"], there.password if there else secrets.token_urlsafe(24), props["rights"])


def _require_running(box: Box, user: str) -> None:
    if not box.exists or box.process.pid is None:
        raise ServerError(f"{box.name}: it does not run, so {user} cannot get in. Run `infra-kit up` once more.")
    box.require_ours()
