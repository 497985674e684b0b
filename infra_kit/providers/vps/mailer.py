"""Mailer on a VPS: by the settings' relay (`infra-kit:vps: {smtp: …}`): see `providers/common/relay.py`."""

from __future__ import annotations

from infra_kit.component import Scope
from infra_kit.components.mailer import MailerEndpoint, MailerSpec
from infra_kit.providers.common import relay
from infra_kit.providers.vps import ssh

SUPPORTS = relay.SUPPORTS
HINTS = relay.HINTS
link = relay.link


def create(scope: Scope, spec: MailerSpec) -> MailerEndpoint:
    return relay.create(scope, spec, ssh.settings(scope).smtp)
