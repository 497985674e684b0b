"""The Google Cloud CLI, as commands call it that do without the stack's program: with the user's own rights."""

from __future__ import annotations

from infra_kit.providers.common.standing import Standing


def command(to: Standing, project: str) -> list[str]:
    """How it begins: in the project, and as the account that the component was made as."""
    account = to.provider("gcp").get("impersonateServiceAccount")
    return [
        "gcloud",
        "--quiet",
        f"--project={project}",
        *([f"--impersonate-service-account={account}"] if account else []),
    ]
