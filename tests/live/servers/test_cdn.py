"""The Cdn's server, driven by its handler and read with httpx, before a real bucket and a real origin."""

from __future__ import annotations

import ssl
from pathlib import Path

import httpx
import pytest
import trustme

from infra_kit.providers.local.box import Box
from infra_kit.providers.local.servers.cdn import HANDLER
from tests.awaiting import until
from tests.live.servers import s3_client as stores
from tests.live.servers.cdn_client import bucket_route, cache, props, route, serve
from tests.live.servers.origin import Origin

KEY = "static/sp ace/é(1)+!*'~&=,;:@$.txt"
URL = "/static/sp%20ace/%C3%A9(1)+!*'~&=,;:@$.txt"


def test_an_object_of_a_closed_bucket_is_read_under_its_key_and_then_from_the_cache(home_dir: Path) -> None:
    outs, to_bucket, key = bucket_route(home_dir)
    stores.s3(outs).put_object(Bucket=stores.BUCKET, Key=KEY, Body=b"hello", ContentType="text/plain")
    client = serve(home_dir, {"/static/*": to_bucket}, store_keys={"/static/*": key})

    first, second = client.get(URL), client.get(URL)

    assert (first.text, cache(first)) == ("hello", "MISS")
    assert (second.text, cache(second)) == ("hello", "HIT")
    assert stores.refused(stores.anonymous(outs).get_object, Bucket=stores.BUCKET, Key=KEY) == "AccessDenied"
    assert client.get("/static/nothing.txt").status_code == 404
    assert client.get("/elsewhere").status_code == 404
    assert client.put("/static/new.txt", content=b"x").status_code == 405
    assert client.get(URL, headers={"Range": "bytes=1-2"}).text == "el"
    assert client.head(URL).headers["Content-Length"] == "5"


def test_the_bucket_itself_cannot_be_listed_or_asked_through_the_cdn(home_dir: Path) -> None:
    outs, to_bucket, key = bucket_route(home_dir, query=True)
    stores.s3(outs).put_object(Bucket=stores.BUCKET, Key="x", Body=b"1")
    client = serve(home_dir, {"/*": to_bucket}, store_keys={"/*": key})

    assert client.get("/x?response-content-type=text%2Fhtml&a=b+c").text == "1"
    for path in ("/", "/?list-type=2", "/?policy", "/x?acl", "/x?uploads"):
        assert client.get(path).status_code in (403, 404, 405), path


def test_a_stored_object_is_served_stale_while_its_store_is_down(home_dir: Path) -> None:
    outs, to_bucket, key = bucket_route(home_dir, ttl=1.0)
    stores.s3(outs).put_object(Bucket=stores.BUCKET, Key="x", Body=b"kept")
    client = serve(home_dir, {"/*": to_bucket}, store_keys={"/*": key})
    client.get("/x")
    Box(home_dir, "test", "files").process.stop()

    until(lambda: cache(client.get("/x")) == "STALE")

    assert client.get("/x").text == "kept"
    assert client.get("/never-read").status_code == 502


def test_each_path_has_its_own_time_and_none_is_never_kept(home_dir: Path, origin: Origin) -> None:
    client = serve(
        home_dir,
        {"/*": route(origin.url), "/brief/*": route(origin.url, ttl=1.0), "/api/*": route(origin.url, ttl=None)},
    )
    for path in ("/long", "/brief/x", "/api/x"):
        client.get(path)

    until(lambda: cache(client.get("/brief/x")) == "HIT")
    assert [cache(client.get("/api/x")) for _ in range(2)] == ["BYPASS", "BYPASS"]
    until(lambda: cache(client.get("/brief/x")) == "EXPIRED")
    assert cache(client.get("/long")) == "HIT"


def test_the_longest_pattern_wins(home_dir: Path, origin: Origin) -> None:
    other = Origin()
    client = serve(home_dir, {"/*": route(origin.url), "/img/*.png": route(other.url), "/exact": route(other.url)})

    for path in ("/img/a/b.png", "/img/a.jpg", "/exact", "/exact/more"):
        client.get(path)
    other.stop()

    assert [path for path, _ in other.requests] == ["/img/a/b.png", "/exact"]
    assert [path for path, _ in origin.requests] == ["/img/a.jpg", "/exact/more"]


def test_only_what_is_declared_reaches_the_origin_and_tells_answers_apart(home_dir: Path, origin: Origin) -> None:
    declared = route(origin.url, headers=["Accept-Language"], cookies=["session_id"], query=True)
    client = serve(home_dir, {"/*": route(origin.url), "/app/*": declared})
    sent = {"Accept-Language": "es", "X-Other": "1", "Cookie": "ads=1; session_id=abc", "Authorization": "Bearer t"}

    client.get("/plain?a=1", headers=sent)
    client.get("/app/x?a=1", headers=sent)

    (plain_path, plain), (app_path, app) = origin.requests
    assert plain_path == "/plain"
    assert not {"accept-language", "cookie", "authorization", "x-other"} & plain.keys()
    assert app_path == "/app/x?a=1"
    assert (app["accept-language"], app["cookie"]) == ("es", "session_id=abc")
    assert not {"authorization", "x-other"} & app.keys()
    assert cache(client.get("/plain?a=2")) == "HIT"
    assert cache(client.get("/app/x?a=1", headers={**sent, "X-Other": "2", "Cookie": "session_id=abc; ads=2"})) == "HIT"
    assert cache(client.get("/app/x?a=2", headers=sent)) == "MISS"
    assert cache(client.get("/app/x?a=1", headers={**sent, "Accept-Language": "en"})) == "MISS"
    assert cache(client.get("/app/x?a=1", headers={**sent, "Cookie": "session_id=other"})) == "MISS"


def test_the_origin_sees_its_own_name_and_the_secret_that_it_must_trust(home_dir: Path, origin: Origin) -> None:
    _, outs = HANDLER.ensure(props(home_dir, {"/*": route(origin.url)}))
    httpx.get(outs["public"]["url"] + "/x", headers={"X-Infra-Kit-Cdn": "forged"})

    headers = origin.requests[0][1]
    assert headers["x-infra-kit-cdn"] == outs["private"]["trust"]
    assert headers["host"] == f"localhost:{origin.server_port}"


def test_the_origin_has_its_say_in_what_is_kept(home_dir: Path, origin: Origin) -> None:
    client = serve(home_dir, {"/*": route(origin.url)})

    def second_look(path: str, **headers: str) -> str:
        origin.answers_with = {name.replace("_", "-"): value for name, value in headers.items()}
        client.get(path)
        return cache(client.get(path))

    assert second_look("/plain") == "HIT"
    assert second_look("/no-store", Cache_Control="no-store") == "MISS"
    assert second_look("/private", Cache_Control="private, max-age=60") == "MISS"
    assert second_look("/cookie", Set_Cookie="session=1") == "MISS"
    origin.answers_with = {"Cache-Control": "max-age=1"}
    client.get("/brief")
    until(lambda: cache(client.get("/brief")) == "EXPIRED")


def test_response_headers_stand_on_every_answer_and_replace_the_origins(home_dir: Path, origin: Origin) -> None:
    headers = {
        "Strict-Transport-Security": "max-age=31536000",
        "Content-Security-Policy": "default-src 'self'; a \"$b\"",
    }
    client = serve(
        home_dir, {"/*": route(origin.url), "/down/*": route("http://localhost:1")}, response_headers=headers
    )
    origin.answers_with = {"Strict-Transport-Security": "max-age=1"}
    answers = [client.get("/x"), client.get("/x"), client.get("/down/x"), client.get("/x", headers={"Host": "nobody"})]
    origin.status = 500
    answers.append(client.get("/broken"))

    assert [answer.status_code for answer in answers] == [200, 200, 502, 421, 500]
    for answer in answers:
        assert {name: answer.headers.get_list(name) for name in headers} == {
            name: [text] for name, text in headers.items()
        }


def test_browsers_are_told_how_long_they_may_keep_what_went_well_and_no_error(home_dir: Path, origin: Origin) -> None:
    told = "public, max-age=86400, stale-while-revalidate=43200"
    client = serve(
        home_dir,
        {"/*": route(origin.url), "/images/*": route(origin.url, cache_control=told)},
        response_headers={"X-Content-Type-Options": "nosniff"},
    )
    origin.answers_with = {"Cache-Control": "max-age=60"}
    answers = [client.get("/images/a"), client.get("/images/a"), client.get("/x")]
    origin.status = 404
    answers.append(client.get("/images/gone"))
    assert [answer.headers["Cache-Control"] for answer in answers] == [told, told, "max-age=60", "max-age=60"]
    assert cache(answers[1]) == "HIT"
    assert {answer.headers["X-Content-Type-Options"] for answer in answers} == {"nosniff"}


def test_text_is_compressed_on_its_way_out_unless_switched_off(home_dir: Path, origin: Origin) -> None:
    routes = {"/*": route(origin.url)}
    gzip = {"Accept-Encoding": "gzip"}

    on = serve(home_dir, routes).get("/x", headers=gzip)
    off = serve(home_dir, routes, compression=False).get("/x", headers=gzip)

    assert on.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in off.headers
    assert on.text == off.text


def test_an_origin_that_is_down_or_broken_is_covered_by_what_is_kept(home_dir: Path, origin: Origin) -> None:
    client = serve(home_dir, {"/*": route(origin.url, ttl=1.0)})
    text = client.get("/x").text
    origin.status = 503
    until(lambda: cache(client.get("/x")) == "STALE")
    origin.stop()

    answer = client.get("/x")

    assert (answer.status_code, answer.text, cache(answer)) == (200, text, "STALE")
    assert client.get("/new").status_code == 502


def test_an_https_origin_must_show_a_certificate_of_a_known_authority(
    home_dir: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    secured = Origin(tls=context)
    routes = {"/*": route(secured.url)}

    assert serve(home_dir, routes).get("/x").status_code == 502
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    assert serve(home_dir, routes).get("/x").status_code == 200
    secured.stop()


def test_it_answers_for_its_domains_and_refuses_other_names(home_dir: Path, origin: Origin) -> None:
    client = serve(home_dir, {"/*": route(origin.url)}, domains=["www.example.com", "*.example.org"])

    names = ("www.example.com", "a.example.org", "localhost", "evil.example")
    assert [client.get("/x", headers={"Host": name}).status_code for name in names] == [200, 200, 200, 421]
