"""How the tests look at a refusal: as its user reads it."""

import pytest

from infra_kit.errors import InfraKitError
from infra_kit.recording import Program
from infra_kit.testing import record


def refusal(program: Program, error: type[InfraKitError], **config: object) -> str:
    """The message of the one error with which the program is refused: exactly of this class."""
    keys = {f"infra-kit:{key.replace('_', '-')}": value for key, value in config.items()}
    with pytest.raises(InfraKitError) as refused:
        record(program, config=keys)
    assert type(refused.value) is error, refused.value
    return str(refused.value)
