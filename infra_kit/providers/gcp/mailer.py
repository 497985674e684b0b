"""Mailer on Google Cloud: by the settings' relay (`infra-kit:gcp: {smtp: …}`): see `providers/common/relay.py`."""

from __future__ import annotations

from typing import cast

from infra_kit.component import Scope
from infra_kit.components.mailer import MailerEndpoint, MailerSpec
from infra_kit.providers.common import relay
from infra_kit.providers.gcp.settings import GcpSettings

SUPPORTS = relay.SUPPORTS
HINTS = relay.HINTS
link = relay.link


def create(scope: Scope, spec: MailerSpec) -> MailerEndpoint:
    return relay.create(scope, spec, cast(GcpSettings, scope.target.settings).smtp)
