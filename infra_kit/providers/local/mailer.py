"""Mailer on this machine: an SMTP server that takes mail as a real one does, and delivers none.

It keeps the latest 1000 and shows them on a page (`inbox`), for people and, as `/mails.json?to=…`, for tests. It lets
nobody in without a password, and takes mail of the domain alone, as Amazon SES does. It has no TLS, and asks no DNS.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from functools import partial

import pulumi

from infra_kit import features
from infra_kit.component import Scope
from infra_kit.components.mailer import MailerEndpoint, MailerSpec
from infra_kit.features import Feature
from infra_kit.links import Grant, Link
from infra_kit.providers.common import urls
from infra_kit.providers.local import domain
from infra_kit.providers.local.resource import MailerServer, MailerUser, server, user

SUPPORTS: frozenset[Feature] = frozenset()
HINTS: Mapping[Feature, str] = {
    features.BOUNCE_REPORTS: "what is sent here is kept, and never comes back; leave feedback out here"
}


def create(scope: Scope, spec: MailerSpec) -> MailerEndpoint:
    domain.check(scope, spec.zones)
    made = server(scope, "server", MailerServer, stateful=False, domain=spec.domain)
    return MailerEndpoint(
        host=made.public["host"],
        port=made.public["port"].apply(int),
        username=made.public["username"],
        password=made.private["password"],
        security=pulumi.Output.from_input("none"),
        sender=pulumi.Output.from_input(spec.address),
        url=made.private["url"],
        records=pulumi.Output.from_input([]),
        inbox=made.public["inbox"],
    )


def link(scope: Scope, link: Link) -> Grant:
    there: MailerEndpoint = link.to.endpoint
    made = user(scope, link, MailerUser, {"access": link.access[0]}, port=there.port)
    username, password = made.public["username"], made.private["password"]
    as_user = partial(urls.as_user, username=username, password=password)
    mine = dataclasses.replace(there, username=username, password=password, url=as_user(there.url))
    return mine.grant(depends_on=[made])
