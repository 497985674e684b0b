import pytest

from infra_kit import features
from infra_kit.features import Feature


def test_a_feature_has_a_family_and_perhaps_a_value() -> None:
    assert (features.version("17").family, features.version("17").value) == ("version", "17")
    assert (features.CORS.family, features.CORS.value) == ("cors", "")


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [
        (["extension:postgis"], True),
        (["extension"], True),
        (["cors", "extension"], True),
        (["extension:vector"], False),
        (["ext"], False),
        ([], False),
    ],
)
def test_a_gap_is_accepted_by_its_name_or_its_familys(accepted: list[str], expected: bool) -> None:
    assert features.extension("postgis").accepted_by(accepted) is expected


@pytest.mark.parametrize(
    "text", ["cors", "point-in-time", "version", "version:17", "extension:postgis", "engine:native"]
)
def test_what_a_spec_may_ask_is_known(text: str) -> None:
    assert features.is_known(text)


@pytest.mark.parametrize("text", ["", "corse", "CORS", "cors:x", "read_replicas", "versions:17"])
def test_anything_else_is_not_known(text: str) -> None:
    assert not features.is_known(text)


def test_what_is_supported_is_no_gap() -> None:
    assert features.gaps({features.CORS, features.ARCHIVE}, frozenset({features.CORS}), {}).keys() == {features.ARCHIVE}


def test_a_gap_has_its_own_hint_before_its_familys() -> None:
    hints = {features.extension("postgis"): "install it", Feature("extension"): "none here"}
    gaps = features.gaps({features.extension("postgis"), features.extension("vector")}, frozenset(), hints)
    assert gaps == {features.extension("postgis"): "install it", features.extension("vector"): "none here"}


def test_a_gap_without_a_hint_names_the_values_there_are() -> None:
    supported = frozenset({features.version("17"), features.version("18"), features.extension("vector")})
    assert features.gaps({features.version("15")}, supported, {}) == {features.version("15"): "there is 17, 18"}


def test_what_goes_with_another_gap_is_no_gap_of_its_own() -> None:
    asked = {features.JWT, features.JWT_CLAIMS, features.RATE_LIMITS_BY_TOKEN}
    assert features.gaps(asked, frozenset(), {}).keys() == {features.JWT}
    assert features.gaps(asked, frozenset({features.JWT}), {}).keys() == asked - {features.JWT}


def test_what_guards_data_is_a_gap_of_its_own_always() -> None:
    asked = {features.BACKUPS, features.POINT_IN_TIME}
    assert features.gaps(asked, frozenset(), {}).keys() == asked
