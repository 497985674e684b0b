"""The configuration that a plan is made with: the project's, the stack's, and what the command line lays over them."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any, get_args

import pulumi
import yaml
from pydantic import BaseModel, SecretStr

from infra_kit import _configuration, target
from infra_kit._configuration import HIDDEN
from infra_kit.engine.project import Project, read_yaml
from infra_kit.engine.stack import read_config
from infra_kit.errors import ConfigError
from infra_kit.recording import sdk


@dataclass(frozen=True)
class Configuration:
    """What a program is told when it runs."""

    project: Project
    stack: str
    values: Mapping[str, Any]
    """By key with its namespace; what is encrypted is `[secret]`."""
    secrets: frozenset[str]
    """The keys whose values are secret, or have a secret inside."""
    assumed: tuple[str, ...] = ()
    """Settings that are not set yet, secrets above all: a plan does without them, `up` will not."""
    unheard: tuple[str, ...] = ()
    """Keys that were laid over it and that no file of the project has: the program has to ask for them."""

    def get(self, key: str) -> Any:
        """One of `infra-kit`'s own keys: `phase`."""
        return self.values.get(f"{_configuration.NAMESPACE}:{key}")


def read(project: Project, stack: str, settings: Sequence[str] = (), *, with_examples: bool = False) -> Configuration:
    """A stack's configuration as `pulumi up` would see it, with `settings` laid over it. Of a host that nobody has said
    yet, all that its target has to be told is taken from examples.

    Args:
        project, stack: whose.
        settings: each `<key>=<value>`, the value as YAML, e.g. `infra-kit:phase=2`; a dot leads into a mapping:
            `infra-kit:vps.host=203.0.113.10`.
        with_examples: so is what only some programs need to say of their target: its region, who pays.

    Raises:
        ConfigError: there is no such stack, a file is no YAML, or nothing reads a key of `settings`.
    """
    values = laid_over(project, stack, settings)
    region = _example_region(project, stack, settings, values) if with_examples else None
    if region:
        values[_REGION] = region
    secrets = frozenset(key for key, value in values.items() if _is_secret(value))
    plain = {key: _without_ciphers(value) for key, value in values.items()}
    assumed = tuple(_fill_in(plain, with_examples=with_examples))
    assumed += (f"{_REGION} ({region})",) if region else ()
    secrets |= {path.partition(".")[0] for path in assumed}
    return Configuration(project, stack, plain, secrets, assumed, tuple(_unheard(project, settings)))


def check_read(config: Configuration, asked: Collection[str]) -> None:
    """Refuses what `--set` lays over the configuration and the program does not ask for.

    Args:
        asked: the keys that the program asked for.
    """
    for key in config.unheard:
        if key not in asked:
            own = sorted(each for each in asked if not each.startswith(f"{_configuration.NAMESPACE}:"))
            raise ConfigError(
                f"--set {key}: neither the program nor a file of the project reads {key}.{_near(key, own)} "
                f"The program reads: {', '.join(own) or 'no key of its own'}."
            )


def filled_in(config: Configuration, error: BaseException) -> Configuration | None:
    """The configuration with the secret that a program missed, where that was its failure: nobody has set it, or it is
    encrypted and no text."""
    match error:
        case pulumi.ConfigMissingError(secret=True, key=key) if key not in config.values:
            value = HIDDEN
        case pulumi.ConfigTypeError(key=key, value=given) if given == HIDDEN and key in config.secrets:
            value = _OF_TYPE[error.expect_type]
        case _:
            return None
    values, secrets = {**config.values, key: value}, config.secrets | {key}
    assumed = config.assumed if key in config.values else (*config.assumed, key)
    return replace(config, values=values, secrets=secrets, assumed=assumed)


_OF_TYPE = {"int": "1", "float": "1", "bool": "false", "JSON object": json.dumps(HIDDEN)}


_REGION = f"{_configuration.NAMESPACE}:region"


def _example_region(project: Project, stack: str, settings: Sequence[str], values: Mapping[str, Any]) -> str | None:
    """A region of the target, where nobody has said one of it: the stack's own is of the stack's own target."""
    key = f"{_configuration.NAMESPACE}:target"
    name = str(values.get(key) or "local")
    moved = str(laid_over(project, stack).get(key) or "local") != name
    said = any(setting.startswith(f"{_REGION}=") for setting in settings)
    if said or (values.get(_REGION) and not moved) or name not in target.packages():
        return None
    found: str | None = getattr(target.package(name), "EXAMPLE_REGION", None)
    return found


def laid_over(project: Project, stack: str, settings: Sequence[str] = ()) -> dict[str, Any]:
    """The values as the files have them, secrets still encrypted, with `settings` over them."""
    values = _of_project(project) | (read_config(project, stack).get("config") or {})
    known = _known_keys(project)
    for setting in settings:
        _lay_over(values, setting, known)
    return values


def _of_project(project: Project) -> dict[str, Any]:
    """The defaults of Pulumi.yaml: each a value, or a mapping with its `value` or `default`."""
    given = read_yaml(project.file).get("config") or {}
    values = {
        key if ":" in key else f"{project.name}:{key}": value.get("value", value.get("default"))
        if isinstance(value, dict)
        else value
        for key, value in given.items()
    }
    return {key: value for key, value in values.items() if value is not None}


def _lay_over(values: dict[str, Any], setting: str, known: set[str]) -> None:
    path, separator, text = setting.partition("=")
    if not separator or ":" not in path:
        raise ConfigError(f"--set {setting}: <namespace>:<key>=<value> is needed, e.g. --set infra-kit:phase=2.")
    key, *inside = path.split(".")
    if _is_ours(key) and key not in known:
        there = ", ".join(sorted(each for each in known if _is_ours(each)))
        raise ConfigError(f"--set {setting}: nothing reads {key}.{_near(key, known)} Keys: {there}.")
    try:
        value = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ConfigError(f"--set {setting}: the value is not valid YAML: {error}") from error
    # The engine gives a program texts: `2`, `true` and nothing too.
    value = text if (value is None or isinstance(value, int | float)) and not inside else value
    values[key] = _placed(values.get(key), inside, value, setting)


def _placed(there: Any, path: Sequence[str], value: Any, setting: str) -> Any:
    if not path:
        return value
    if there is not None and not isinstance(there, dict):
        raise ConfigError(f"--set {setting}: {path[0]!r} leads into {there!r}, which is no mapping.")
    inside: dict[str, Any] = there or {}
    return {**inside, path[0]: _placed(inside.get(path[0]), path[1:], value, setting)}


def _is_ours(key: str) -> bool:
    return key.startswith(f"{_configuration.NAMESPACE}:")


def _near(key: str, known: Iterable[str]) -> str:
    """What else may be meant, by its name within its namespace."""
    namespace, _, name = key.rpartition(":")
    names = [each.rpartition(":")[2] for each in known if each.rpartition(":")[0] == namespace]
    near = get_close_matches(name, names, n=1)
    return f" Did you mean {namespace}:{near[0]}?" if near else ""


def _unheard(project: Project, settings: Sequence[str]) -> Iterator[str]:
    known = _known_keys(project)
    for setting in settings:
        key = setting.partition("=")[0].partition(".")[0]
        if key not in known and not sdk.has_setting(key):
            yield key


def _known_keys(project: Project) -> set[str]:
    """Ours, and whatever a file of the project says: what else its program reads, only its run tells."""
    said = set(_of_project(project))
    for stack in project.stacks():
        said |= set(read_yaml(project.config_file(stack)).get("config") or {})
    ours = _configuration.KEYS | target.packages().keys()
    return said | {f"{_configuration.NAMESPACE}:{key}" for key in ours}


def _is_secret(value: Any) -> bool:
    match value:
        case {"secure": str()} if len(value) == 1:
            return True
        case dict():
            return any(map(_is_secret, value.values()))
        case list():
            return any(map(_is_secret, value))
    return False


def _without_ciphers(value: Any) -> Any:
    match value:
        case {"secure": str()} if len(value) == 1:
            return HIDDEN
        case dict():
            return {key: _without_ciphers(item) for key, item in value.items()}
        case list():
            return [_without_ciphers(item) for item in value]
    return value


def _fill_in(values: dict[str, Any], *, with_examples: bool) -> Iterator[str]:
    """What a target's settings need and nobody has set yet: filled in here, and told."""
    name = str(values.get(f"{_configuration.NAMESPACE}:target") or "local")
    if name not in target.packages():
        return
    key = f"{_configuration.NAMESPACE}:{name}"
    given = values.get(key) or {}
    if isinstance(given, dict):
        filled = dict(given)
        paths = [f"{key}.{path}" for path in _filled(target.package(name).SETTINGS, filled, with_examples)]
        if paths:
            values[key] = filled
        yield from paths


def _filled(model: type[BaseModel], values: dict[str, Any], with_examples: bool) -> Iterator[str]:  # noqa: FBT001
    """What is required; the rest of what has examples too where they are asked for, or nothing required is said yet."""
    required = {name for name, field in model.model_fields.items() if field.is_required() and field.examples}
    with_examples = with_examples or (bool(required) and not required & values.keys())
    for name, field in model.model_fields.items():
        kinds = {field.annotation, *get_args(field.annotation)}
        if name not in values and field.is_required() and SecretStr in kinds:
            values[name] = HIDDEN
            yield name
        elif name not in values and field.examples and (name in required or with_examples):
            values[name] = field.examples[0]
            yield from [f"{name}.{inner}" for inner in values[name]] if isinstance(values[name], dict) else [name]
        if isinstance(values.get(name), dict):
            values[name] = dict(values[name])
            for inner in _models(kinds):
                yield from (f"{name}.{path}" for path in _filled(inner, values[name], with_examples))


def _models(kinds: Iterable[Any]) -> Iterator[type[BaseModel]]:
    return (kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel))
