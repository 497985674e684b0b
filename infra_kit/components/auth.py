"""Auth: accounts of people, and tokens that say who somebody is: an OpenID Connect provider."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, Protocol, TypedDict, Unpack, get_args

import pulumi
from pydantic import AfterValidator, ConfigDict, Field, model_validator

from infra_kit import features, links
from infra_kit.component import Component, Driver, Overrides, Scope
from infra_kit.durations import Duration, seconds
from infra_kit.errors import SpecError
from infra_kit.features import Feature
from infra_kit.links import Grant, Link
from infra_kit.spec import Items, Options, Spec
from infra_kit.target import Target
from infra_kit.texts import Name, matching, once
from infra_kit.tokens import Jwt
from infra_kit.workloads import Text

Access = Literal["login"]
Group = Annotated[str, matching(r"[A-Za-z][A-Za-z0-9_-]{0,63}", "a group's name is needed, e.g. 'admin'")]
Redirect = Annotated[
    str,
    matching(
        r"https://[A-Za-z0-9.-]+(:\d+)?(/[A-Za-z0-9._~%/-]*)?"
        r"|http://localhost(:\d+)?(/[A-Za-z0-9._~%/-]*)?",
        "a whole URL without a query is needed, by https:// (http://localhost is taken too), e.g. "
        "'https://shop.example/callback'",
    ),
]
Redirects = Annotated[Items[Redirect], AfterValidator(once)]

SHORTEST_ACCESS, LONGEST_ACCESS = 300, 86_400
SHORTEST_REFRESH, LONGEST_REFRESH = 3_600, 3_650 * 86_400
"""Seconds: Cognito's own bounds
(https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateUserPoolClient.html)."""


class Client(Options):
    """An application that people log in to: by OpenID Connect, with a code and PKCE."""

    redirects: Redirects = Field(min_length=1)
    """Where a browser comes back to, logged in; each in full."""
    logouts: Redirects = ()
    """Where it comes back to, logged out."""
    secret: bool = False
    """Whether it has a secret: one that runs on a server can keep it, one in a browser or on a phone cannot."""


class Google(Options):
    """An application that is registered at Google (https://developers.google.com/identity/openid-connect/openid-connect#appsetup)."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    client_id: str = Field(min_length=1)
    """`…apps.googleusercontent.com`"""
    client_secret: Text = Field(repr=False)
    """Taken as a secret whether it is one or not."""


class Apple(Options):
    """An application that is registered at Apple, with a Services ID and a key for Sign in with Apple
    (https://developer.apple.com/help/account/configure-app-capabilities/about-sign-in-with-apple)."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    client_id: str = Field(min_length=1)
    """The Services ID, e.g. `example.shop.web`."""
    team: Annotated[str, matching(r"[A-Z0-9]{10}", "ten capital letters and digits are needed, e.g. 'A1B2C3D4E5'")]
    """The Team ID."""
    key: Annotated[str, matching(r"[A-Z0-9]{10}", "ten capital letters and digits are needed, e.g. 'A1B2C3D4E5'")]
    """The Key ID."""
    private_key: Text = Field(repr=False)
    """What stands in the key's file (`.p8`); taken as a secret whether it is one or not."""


class AuthSpec(Spec):
    """What is asked for."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    clients: Mapping[Name, Client] = Field(min_length=1)
    """By name."""
    sign_up: bool = False
    """Whether anybody may make an account. If not, who runs it makes them, and people come by those alone."""
    groups: Annotated[Items[Group], AfterValidator(once)] = ()
    """Of people; those that somebody is in, the claim `groups` says."""
    access_lifetime: Duration = "1h"
    """For how long a token is good: 5 minutes to a day. It cannot be taken back before."""
    session_lifetime: Duration = "30d"
    """For how long nobody who comes again logs in again: an hour to 10 years."""
    password_length: int = Field(default=12, ge=8, le=64)
    """Characters, at least; no kind of them is asked for (https://pages.nist.gov/800-63-4/sp800-63b.html#passwordver)."""
    google: Google | None = None
    """Whose accounts people may log in by too: all of them, so it takes `sign_up`. Default: not by Google's."""
    apple: Apple | None = None
    """Default: not by Apple's."""

    @model_validator(mode="after")
    def _check(self) -> AuthSpec:
        _check_between("access_lifetime", self.access_lifetime, SHORTEST_ACCESS, LONGEST_ACCESS, "'5m' to '1d'")
        _check_between("session_lifetime", self.session_lifetime, SHORTEST_REFRESH, LONGEST_REFRESH, "'1h' to '3650d'")
        if seconds(self.session_lifetime) <= seconds(self.access_lifetime):
            raise ValueError(
                f"session_lifetime: given {self.session_lifetime!r}, and access_lifetime is {self.access_lifetime!r}; "
                "a longer one is needed"
            )
        for name in () if self.sign_up else _OTHERS:
            if getattr(self, name):
                raise ValueError(
                    f"{name}: whoever has an account there gets one here by logging in, and sign_up is False; say "
                    f"sign_up=True, or leave {name} out"
                )
        return self

    def features(self) -> frozenset[Feature]:
        return frozenset(features.login_by(name) for name in _OTHERS if getattr(self, name))

    def without(self, feature: Feature) -> AuthSpec:
        if feature.family != "login-by":
            return super().without(feature)
        return self.replace(**{name: None for name in _OTHERS if name == feature.value})


_OTHERS = ("google", "apple")
"""The fields of those by whose accounts people may log in."""


def _check_between(field: str, given: str, least: int, most: int, said: str) -> None:
    if not least <= seconds(given) <= most:
        raise ValueError(f"{field}: given {given!r}; {said} is needed")


class AuthArgs(TypedDict, total=False):
    """The arguments of `Auth`: see `AuthSpec`."""

    clients: Mapping[str, Client]
    sign_up: bool
    groups: Sequence[str]
    access_lifetime: str
    session_lifetime: str
    password_length: int
    google: Google | None
    apple: Apple | None


@dataclasses.dataclass(frozen=True, kw_only=True)
class AuthEndpoint:
    """What applications and those who check tokens go by. An access token is a JWT (RS256) with `iss` (the issuer),
    `sub`, `aud` (the client's id), `exp` and `groups`."""

    issuer: pulumi.Output[str]
    """`<issuer>/.well-known/openid-configuration` has the rest."""
    jwks_url: pulumi.Output[str]
    """The public keys."""
    client_ids: pulumi.Output[dict[str, str]]
    """By the client's name."""
    client_secrets: pulumi.Output[dict[str, str]]
    """Of those that have one, by the client's name. Secret."""
    username: pulumi.Output[str | None]
    """Who makes accounts by `PUT <issuer>/users` (local); elsewhere None: the cloud's own API and console do."""
    password: pulumi.Output[str | None]
    """The same one's. Secret."""
    native: object = None
    """The target's own handles, read by drivers of the same target only."""

    def grant(self, client: str, **more: Any) -> Grant:
        """As the variables of a link: see `Auth.link`, and `Grant` for the rest."""
        secret = self.client_secrets.apply(lambda known: known.get(client, ""))
        return Grant(
            variables={
                "ISSUER": self.issuer,
                "JWKS_URL": self.jwks_url,
                "CLIENT_ID": self.client_ids.apply(lambda known: known[client]),
            },
            secrets={"CLIENT_SECRET": pulumi.Output.secret(secret)},
            **more,
        )


class AuthDriver(Driver, Protocol):
    def create(self, scope: Scope, spec: AuthSpec) -> AuthEndpoint: ...

    def link(self, scope: Scope, link: Link) -> Grant: ...


class Auth(Component[AuthSpec, AuthEndpoint]):
    """Accounts, a login page, and signed tokens that a Gateway or a service checks."""

    KIND = "auth"
    SPEC = AuthSpec
    issuer: pulumi.Output[str]
    jwks_url: pulumi.Output[str]
    client_ids: pulumi.Output[dict[str, str]]
    client_secrets: pulumi.Output[dict[str, str]]
    username: pulumi.Output[str | None]
    password: pulumi.Output[str | None]

    def __init__(
        self,
        name: str,
        *,
        target: Target | None = None,
        overrides: Overrides | None = None,
        opts: pulumi.ResourceOptions | None = None,
        **arguments: Unpack[AuthArgs],
    ) -> None:
        super().__init__(name, arguments, target=target, overrides=overrides, opts=opts)

    def jwt(self, client: str | None = None, *, claims: Mapping[str, str] | None = None) -> Jwt:
        """What a Gateway checks tokens by: `Gateway(…, jwt=auth.jwt())`.

        Args:
            client: for whom they are. Default: the only one there is.
            claims: see `Jwt`.

        Raises:
            SpecError: there is no such client, or there are several and none is said.
        """
        name = self._client("jwt", client)
        audience = self.client_ids.apply(lambda known: known[name])
        return Jwt(issuer=self.issuer, audience=[audience], jwks_url=self.jwks_url, claims=claims or {})

    def link(self, access: Access = "login", *, client: str | None = None, name: str | None = None) -> Link:
        """To have people log in, or to check their tokens.

        Gives `<NAME>_ISSUER`, `_JWKS_URL`, `_CLIENT_ID`, and `_CLIENT_SECRET`, which is empty for a client without one.

        Args:
            access: `login`, the only one there is.
            client: as which application. Default: the only one there is.
            name: what the variables begin with. Default: the component's name in capitals.
        """
        only = {"client": [self._client("link", client)]}
        return links.make(self, [access], get_args(Access), name=name, only=only)

    def _client(self, where: str, said: str | None) -> str:
        there = list(self.spec.clients)
        name = there[0] if said is None and len(there) == 1 else said
        if name not in there:
            given = "none" if said is None else repr(said)
            raise SpecError(f"Auth {self.name!r}: {where}: client: given {given}, there is {', '.join(sorted(there))}.")
        return name
