"""What every target's Auth must do."""

from infra_kit import Apple, Auth, Client, Google, features
from infra_kit.components.auth import AuthEndpoint
from infra_kit.testing.conformance.suite import ComponentConformance

WEB = Client(redirects=["https://shop.example/callback"])
GOOGLE = Google(client_id="000000000000-example.apps.googleusercontent.com", client_secret="example")  # noqa: S106  it opens nothing
APPLE = Apple(client_id="example.shop", team="A1B2C3D4E5", key="F6G7H8I9J0", private_key="example")


class AuthConformance(ComponentConformance):
    component = Auth
    endpoint = AuthEndpoint
    secrets = frozenset({"client_secrets"})
    arguments = {"clients": {"web": WEB}}
    asks = {
        features.login_by("google"): {"sign_up": True, "google": GOOGLE},
        features.login_by("apple"): {"sign_up": True, "apple": APPLE},
    }
    links = {"login": lambda auth: auth.link()}
    gives_secret = frozenset({"IT_CLIENT_SECRET"})
    gives = gives_secret | {"IT_ISSUER", "IT_JWKS_URL", "IT_CLIENT_ID"}
    variations = {
        "one more client": {
            "clients": {"api": Client(redirects=["https://api.shop.example/callback"], secret=True), "web": WEB}
        },
        "sign-up": {"sign_up": True},
        "groups": {"groups": ["admin", "staff"]},
        "shorter tokens": {"access_lifetime": "15m", "session_lifetime": "7d"},
    }
