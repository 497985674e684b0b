"""What every target's Secret must do."""

from infra_kit import Secret, Target, features
from infra_kit.components.secret import SecretEndpoint
from infra_kit.engine.guard import holds_data
from infra_kit.testing.conformance.base import NAME, own
from infra_kit.testing.conformance.suite import ComponentConformance


class SecretConformance(ComponentConformance):
    component = Secret
    endpoint = SecretEndpoint
    secrets = frozenset({"value"})
    asks = {features.ROTATION: {"rotation": "90d"}}
    variations = {
        "path": {"path": "jwt/secret"},
    }
    renews = frozenset({str(features.ROTATION)})
    links = {"read": Secret.link}
    gives = frozenset({"IT"})
    gives_secret = frozenset({"IT"})

    def test_another_length_is_guarded_like_a_loss_of_data(self, target: Target) -> None:
        """It is another value, so it is no variation that keeps what stands."""
        before, after = self.record(target), self.record(target, length=64)
        now = {each.urn: each.inputs for each in after.resources}
        made = [each for each in own(before) if each.inputs.get("length") == 32]
        assert made
        for each in made:
            assert now[each.urn]["length"] == 64
            assert holds_data(each.type, each.inputs)

    def test_a_value_that_is_given_is_the_secrets(self, target: Target) -> None:
        """What generates one may go then, so it is no variation that moves nothing."""
        made = self.record(target, value="a-value-of-the-tests")
        assert made.named(NAME).outputs["value"] == "a-value-of-the-tests"
        assert "value" in made.named(NAME).secret_outputs
        for each in made.resources:
            clear = {key: value for key, value in each.inputs.items() if key not in each.secret_inputs}
            assert "a-value-of-the-tests" not in str(clear), each.name
