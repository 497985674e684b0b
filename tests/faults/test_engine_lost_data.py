"""Data that is not where it was: `infra-kit up` makes no empty one in its place without a word."""

from __future__ import annotations

import redis

from tests.shop import Shop


def test_up_refuses_while_a_servers_data_is_away_and_finds_it_again_when_it_is_back(cache: Shop) -> None:
    url = cache.outputs["url"]
    with redis.Redis.from_url(url) as client:
        client.set("kept", "42")
    assert cache.run("stop").returncode == 0
    box = cache.home / cache.stack / "cache"
    away = box.rename(cache.root / "away")
    refused = cache.run("up")
    assert refused.returncode == 3
    assert f"cache-server (RedisServer) is gone: its data was looked for in {box}." in refused.stderr
    assert "--allow-delete cache" in refused.stderr
    assert not box.exists()
    away.rename(box)
    cache.up()
    with redis.Redis.from_url(url) as client:
        assert client.get("kept") == b"42"


def test_up_begins_anew_where_the_user_gives_up_what_is_gone(cache: Shop) -> None:
    assert cache.run("stop").returncode == 0
    (cache.home / cache.stack / "cache").rename(cache.root / "away")
    anew = cache.run("up", "--allow-delete", "cache")
    assert anew.returncode == 0, anew.stderr
    with redis.Redis.from_url(cache.outputs["url"]) as client:
        assert client.keys() == []
