"""Data that is not where it was: `infra-kit up` makes no empty one in its place without a word."""

from __future__ import annotations

import redis

from tests.shop import Shop


def test_up_refuses_while_a_servers_data_is_away_and_finds_it_again_when_it_is_back(small: Shop) -> None:
    url = small.outputs["url"]
    with redis.Redis.from_url(url) as client:
        client.set("kept", "42")
    assert small.run("stop").returncode == 0
    box = small.home / small.stack / "cache"
    away = box.rename(small.root / "away")
    refused = small.run("up")
    assert refused.returncode == 3
    assert f"cache-server (RedisServer) is gone: its data was looked for in {box}." in refused.stderr
    assert "--allow-delete cache" in refused.stderr
    assert not box.exists()
    away.rename(box)
    small.up()
    with redis.Redis.from_url(url) as client:
        assert client.get("kept") == b"42"


def test_up_begins_anew_where_the_user_gives_up_what_is_gone(small: Shop) -> None:
    assert small.run("stop").returncode == 0
    (small.home / small.stack / "cache").rename(small.root / "away")
    anew = small.run("up", "--allow-delete", "cache")
    assert anew.returncode == 0, anew.stderr
    with redis.Redis.from_url(small.outputs["url"]) as client:
        assert client.keys() == []
