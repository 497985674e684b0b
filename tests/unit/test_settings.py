import pytest
from pydantic import ValidationError

from infra_kit import Redis
from infra_kit.errors import ConfigError
from infra_kit.providers.local.settings import LocalSettings
from infra_kit.providers.vps.settings import VpsSettings
from infra_kit.testing import record


def test_settings_are_read_from_their_key() -> None:
    assert LocalSettings.parse("infra-kit:local", {"ports": {"db": 5432}}).ports == {"db": 5432}


def refusal(values: dict[str, object]) -> str:
    with pytest.raises(ConfigError) as refused:
        LocalSettings.parse("infra-kit:local", values)
    return str(refused.value)


def test_an_unknown_setting_is_refused_with_those_there_are() -> None:
    assert refusal({"prts": {}}) == "infra-kit:local: unknown 'prts'; allowed: check_every, ports, smtp."


def test_a_value_out_of_range_is_refused_with_the_range() -> None:
    message = refusal({"ports": {"db": 80}})
    assert message == "infra-kit:local: ports.db: at least 1024 is needed, given 80."


def test_a_value_of_another_type_is_refused() -> None:
    assert refusal({"ports": {"db": "5432"}}).startswith("infra-kit:local: ports.db: Input should be a valid integer")


def test_settings_do_not_change() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        LocalSettings().ports = {}  # type: ignore[misc]


def test_missing_secrets_are_named_by_their_key_with_the_commands_that_set_them() -> None:
    store = {"endpoint": "https://s3.example.com", "bucket": "backups", "access_key": "key", "passphrase": "long"}
    host = {"host": "vps.example.com", "host_key": "ssh-ed25519 AAAA", "backups": store}
    config = {"infra-kit:target": "vps", "infra-kit:environment": "production", "infra-kit:vps": host}
    with pytest.raises(ConfigError) as refused:
        record(lambda: Redis("cache"), config=config, stack="shop-production")
    assert str(refused.value).splitlines() == [
        "infra-kit:vps.backups: secret_key is required.",
        'A secret is set once, by plain pulumi (with these variables: eval "$(infra-kit env)"):',
        "  pulumi config set --secret --path 'infra-kit:vps.backups.secret_key' --stack shop-production",
    ]


def test_a_secret_is_in_no_message_about_it() -> None:
    store = {"endpoint": "https://s3.example.com", "bucket": "backups", "access_key": "key", "passphrase": "long"}
    given = {"host": "vps.example.com", "host_key": "ssh-ed25519 AAAA", "backups": {**store, "secret_key": 1234567890}}
    with pytest.raises(ConfigError) as refused:
        VpsSettings.parse("infra-kit:vps", given)
    assert "1234567890" not in str(refused.value)
    assert "secret_key: a text is needed, plain or an Output; what was given is not shown" in str(refused.value)
