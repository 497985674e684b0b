from typing import Any

import pytest

from infra_kit import Collection, DocumentStore, Environment, Index, Ttl, spec
from infra_kit.components.document_store import DocumentStoreSpec
from infra_kit.errors import OptionsError, SpecError
from infra_kit.providers.common import documents
from infra_kit.recording import Resource
from infra_kit.testing import record

URL = "mongodb+srv://app:p%40ss@cluster.example.net/shop?retryWrites=true"


def refusal(**arguments: object) -> str:
    with pytest.raises(SpecError) as refused:
        spec.build(DocumentStoreSpec, "DocumentStore", "docs", arguments)
    return str(refused.value).removeprefix("DocumentStore 'docs': ")


def existing(**given: Any) -> Resource:
    made = record(lambda: DocumentStore.existing("docs", **{"url": URL, **given}))
    assert len(made.resources) == 1, "what stands already makes nothing"
    return made.named("docs")


@pytest.mark.parametrize("name", ["", "1st", "system.users", "a b", "$logs", "x" * 121])
def test_a_collection_is_named_as_mongodb_takes_it(name: str) -> None:
    assert "a collection's name is at most 120" in refusal(collections={name: Collection()})


@pytest.mark.parametrize("name", ["", "App", "admin", "local", "a-b", "x" * 39])
def test_a_database_is_named_as_every_server_takes_it_and_is_none_of_its_own(name: str) -> None:
    assert "a name of at most 38 lower-case letters" in refusal(database=name)


@pytest.mark.parametrize("field", ["", "a b", "--a", "$a", "a..b"])
def test_an_index_names_fields(field: str) -> None:
    with pytest.raises(OptionsError, match="a field of a document is needed"):
        Index(fields=[field])


def test_what_is_said_twice_or_against_itself_is_refused() -> None:
    with pytest.raises(OptionsError, match="one is named twice in a, -a"):
        Index(fields=["a", "-a"])
    with pytest.raises(OptionsError, match="two are of the same fields"):
        Collection(indexes=[Index(fields=["a"]), Index(fields=["a"], unique=True)])
    with pytest.raises(OptionsError, match="expires_at has an index already"):
        Collection(indexes=[Index(fields=["expires_at"])], ttl=Ttl(field="expires_at"))


@pytest.mark.parametrize(("after", "seconds"), [(None, 0), ("90d", 90 * 86_400)])
def test_a_document_goes_at_its_date_or_so_long_after(after: str | None, seconds: int) -> None:
    asked = DocumentStoreSpec(collections={"logs": Collection(ttl=Ttl(field="at", after=after))})
    assert documents.collections(asked)["logs"]["ttl"] == {"field": "at", "seconds": seconds}


@pytest.mark.parametrize(("environment", "protected"), [(Environment.PRODUCTION, True), (Environment.STAGING, False)])
def test_production_protects_it_unless_it_is_said(environment: Environment, protected: bool) -> None:
    assert DocumentStoreSpec().for_environment(environment).deletion_protection is protected
    said = DocumentStoreSpec(deletion_protection=not protected)
    assert said.for_environment(environment).deletion_protection is not protected


def test_one_that_stands_is_read_out_of_its_url() -> None:
    assert existing().outputs == {
        "host": "cluster.example.net", "port": 27017, "database": "shop", "username": "app", "password": "p@ss",
        "tls": True, "url": URL, "reader_url": URL,
    }  # fmt: skip
    assert existing(ca_certificate="PEM").secret_outputs == {"password", "url", "reader_url"}


@pytest.mark.parametrize(
    ("url", "tls"),
    [
        ("mongodb://app:x@host/shop", False),
        ("mongodb://app:x@host/shop?tls=true", True),
        ("mongodb://app:x@host/shop?retryWrites=false&ssl=true", True),
        ("mongodb+srv://app:x@host/shop?tls=false", False),
    ],
)
def test_whether_one_that_stands_is_encrypted_its_url_says(url: str, tls: bool) -> None:
    assert existing(url=url).outputs["tls"] is tls


@pytest.mark.parametrize("url", ["postgresql://app:x@host/shop", "mongodb://host/shop", "mongodb://app:x@host"])
def test_another_url_is_refused_without_being_shown(url: str) -> None:
    with pytest.raises(SpecError, match="does not have the form mongodb://") as refused:
        existing(url=url)
    assert url not in str(refused.value)


def test_one_that_stands_gives_what_its_own_user_may_and_no_more() -> None:
    def program() -> None:
        DocumentStore.existing("docs", url=URL, access="read").link("readwrite")

    with pytest.raises(SpecError, match=r"the user of its url has 'read'.*access='readwrite'"):
        record(program)
