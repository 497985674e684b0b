"""`infra-kit connect` on this machine: no tunnel, but the same command as everywhere."""

from __future__ import annotations

import sys

from tests.shop import Shop

ASKS = "import psycopg; print(psycopg.connect('').execute('SELECT current_user, current_database()').fetchone())"


def test_a_client_connects_by_the_variables_that_it_is_given(shop: Shop) -> None:
    done = shop.run("connect", "db", "--", sys.executable, "-c", ASKS)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "('app', 'nomadshift')\n"


def test_what_it_prints_has_a_password_only_when_asked(shop: Shop) -> None:
    secret = shop.run("show", "db", "password").stdout.strip()
    assert secret
    assert secret not in shop.run("connect", "db").stdout
    assert secret in shop.run("connect", "db", "--show-secrets").stdout


def test_the_commands_failure_is_its_own(shop: Shop) -> None:
    assert shop.run("connect", "cache", "--", "sh", "-c", 'test -n "$REDISCLI_AUTH" && exit 9').returncode == 9
