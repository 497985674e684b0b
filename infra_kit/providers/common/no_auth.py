"""Auth where there is none yet. The tokens of one that stands elsewhere are checked by anybody who has its keys.

Why not Google's Identity Platform: it is no OpenID Connect provider for an application. Its issuer
(`securetoken.google.com/<project>`) has no authorization endpoint, the audience of its tokens is the project, whatever
the application, and pages to log in on are the application's to make
(https://firebase.google.com/docs/auth/admin/verify-id-tokens).
"""

from __future__ import annotations

from infra_kit.component import Scope
from infra_kit.components.auth import AuthEndpoint, AuthSpec
from infra_kit.errors import SpecError
from infra_kit.features import Feature
from infra_kit.links import Grant, Link

SUPPORTS: frozenset[Feature] = frozenset()
HINTS = {
    Feature(
        "login-by"
    ): "there is no Auth on this target: place it on aws, Auth(…, target=Target(name='aws')), or run a "
    "provider of your own as a Service"
}
CAVEATS = (
    "there is none yet, and one is refused: place it on aws, whose tokens a Gateway here checks too, or run an OpenID "
    "Connect provider of your own (Keycloak, Zitadel) as a Service, and say Gateway(…, jwt=Jwt(issuer=…))",
)


def create(scope: Scope, spec: AuthSpec) -> AuthEndpoint:  # noqa: ARG001  every driver's form
    raise _refused(scope)


def link(scope: Scope, link: Link) -> Grant:  # noqa: ARG001  every driver's form
    raise _refused(scope)


def _refused(scope: Scope) -> SpecError:
    return SpecError(
        f"{scope.what}: {scope.target.name} has none yet. Place it on another target, Auth(…, "
        "target=Target(name='aws')): a Gateway here checks its tokens all the same (jwt=auth.jwt()). Or run an OpenID "
        "Connect provider of your own (Keycloak, Zitadel) as a Service, and say jwt=Jwt(issuer=…, audience=[…])."
    )
