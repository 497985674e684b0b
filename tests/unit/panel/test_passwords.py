"""What is kept of the admin's password."""

from infra_kit.panel.passwords import hashed, is_right


def test_only_the_password_itself_is_right() -> None:
    known = hashed("secret", "salt")
    assert is_right("secret", known)
    assert not is_right("Secret", known)
    assert not is_right("", known)
    assert not is_right("secret", "no hash at all")


def test_it_is_argon2id_of_64_mib_and_holds_no_password() -> None:
    known = hashed("secret", "salt")
    assert known.startswith("$argon2id$v=19$m=65536,t=3,p=1$")
    assert "secret" not in known


def test_a_plan_is_empty_where_nothing_has_changed() -> None:
    assert hashed("secret", "salt") == hashed("secret", "salt")
    assert hashed("secret", "salt") != hashed("secret", "other")
