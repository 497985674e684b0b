"""OpenAPI documents, read as routes; what a Gateway makes of them stands in components/test_gateway.py."""

from __future__ import annotations

from typing import Any

import pytest

from infra_kit.errors import SpecError
from infra_kit.openapi import ApiPath, paths

CRM = {"tags": ["crm"]}


def document(**of_paths: Any) -> dict[str, Any]:
    return {"openapi": "3.1.0", "security": [{"bearer": []}], "paths": {f"/{key}": it for key, it in of_paths.items()}}


def read(**of_paths: Any) -> list[ApiPath]:
    return paths(document(**of_paths), ["crm", "files"])


def test_a_path_goes_to_the_service_of_its_first_tag() -> None:
    assert read(leads={"get": {"tags": ["crm", "files"]}}) == [ApiPath("/leads", "crm", secured=True)]


@pytest.mark.parametrize(
    "item", [{"x-infra-kit-service": "files", "get": CRM}, {"get": {"x-infra-kit-service": "files", **CRM}}]
)
def test_a_service_that_is_named_comes_before_the_tag(item: dict[str, Any]) -> None:
    assert read(leads=item) == [ApiPath("/leads", "files", secured=True)]


def test_parameters_are_any_text() -> None:
    found = paths({"openapi": "3.0.3", "paths": {"/leads/{id}/notes/{note}.txt": {"get": CRM}}}, ["crm"])
    assert [path.pattern for path in found] == ["/leads/*/notes/*.txt"]


def test_two_paths_of_one_form_and_one_service_are_one_route() -> None:
    shared = {"openapi": "3.0.3", "paths": {"/leads/{id}": {"get": CRM}, "/leads/{name}": {"put": CRM}}}
    assert [path.pattern for path in paths(shared, ["crm"])] == ["/leads/*"]


def test_what_is_no_operation_is_passed_over() -> None:
    item = {"summary": "Leads", "parameters": [], "servers": [], "get": CRM}
    assert read(leads=item) == [ApiPath("/leads", "crm", secured=True)]


def test_a_path_needs_a_token_unless_all_of_its_operations_do_without() -> None:
    open_, closed = {**CRM, "security": []}, CRM
    found = read(a={"get": open_, "put": closed}, b={"get": open_, "put": open_}, c={"get": closed})
    assert {path.pattern: path.secured for path in found} == {"/a": True, "/b": False, "/c": True}


def test_a_document_without_security_says_nothing_of_tokens_so_they_are_needed() -> None:
    (path,) = paths({"openapi": "3.0.3", "paths": {"/a": {"get": CRM}}}, ["crm"])
    assert path.secured


def test_an_operation_may_need_a_token_where_the_document_needs_none() -> None:
    item = {"get": {**CRM, "security": [{"bearer": []}]}}
    (path,) = paths({"openapi": "3.0.3", "security": [], "paths": {"/a": item}}, ["crm"])
    assert path.secured


@pytest.mark.parametrize(
    "bad", [{}, {"swagger": "2.0", "paths": {}}, {"openapi": "3.1.0"}, {"openapi": "3.0.3", "paths": []}]
)
def test_what_is_no_document_of_version_3_is_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(SpecError, match="OpenAPI: a document of version 3 with `paths` is needed"):
        paths(bad, ["crm"])


@pytest.mark.parametrize(
    ("item", "given"),
    [
        ({}, "none"),
        ({"get": {}}, "none"),
        ({"get": {"tags": ["nobody"]}}, "nobody"),
        ({"get": CRM, "put": {"tags": ["files"]}}, "crm, files"),
    ],
)
def test_a_path_without_one_known_service_is_refused_with_those_there_are(item: dict[str, Any], given: str) -> None:
    with pytest.raises(SpecError, match=rf"OpenAPI: /leads: .* given {given}\. Services: crm, files\."):
        read(leads=item)


def test_one_form_with_two_services_is_refused() -> None:
    two = {"/a/{x}": {"get": CRM}, "/a/{y}": {"get": {"tags": ["files"]}}}
    with pytest.raises(SpecError, match=r"OpenAPI: /a/\{y\}: another path has the form /a/\* too"):
        paths({"openapi": "3.0.3", "paths": two}, ["crm", "files"])
