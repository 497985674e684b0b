"""The image of a panel, built by Docker of what a host is sent. No registry is asked: a shell stands in for Python.

Needs root (or sudo) and the packages `docker.io` and `busybox-static`.
"""

from __future__ import annotations

import base64
import io
import tarfile

import pytest

from infra_kit.providers.vps import images, panel_image, panel_plan
from tests.system.docker_daemon import daemon, image

SAYS = '#!/bin/sh\necho "$0 $*" >>/said\n'
PROGRAMS = ("sh", "cat", "chown", "ls", "mkdir", "mv")


def test_it_holds_this_package_alone_and_runs_as_nobody(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("docker")  # short: its sockets' names have a limit
    with daemon(folder) as docker:
        stand_in = image(folder, programs=PROGRAMS, files={"bin/pip": SAYS, "bin/python": SAYS})
        docker("import", "--change", "ENV PATH=/bin", "-", docker.IMAGE, stdin=stand_in)
        build = panel_image.BUILD.replace("docker build", "docker build --network=none")
        built = docker.run(["sh", "-c", build], stdin=_archive(docker.IMAGE)).stdout.decode().strip()
        told = docker("inspect", "--format", "{{.Config.User}} {{json .Config.Entrypoint}} {{.Id}}", built)
        look = ["--entrypoint=/bin/sh", built, "-c", "ls /app/infra_kit; cat /said"]
        found = docker("run", "--rm", "--network=none", *look)
        mounted = ["--read-only", "--volume", panel_plan.FOLDER, "--entrypoint=/bin/sh", built, "-c"]
        brought = docker(
            "run", "--rm", "--network=none", *mounted, f"echo it | ({panel_plan.PUT}) && cat {panel_plan.FILE}"
        )

    assert told == f'10001:10001 ["python","-m","infra_kit.panel"] {built}'
    assert found.splitlines()[0] == "panel"
    assert "--require-hashes" in found
    assert brought == "it"


def _archive(base: str) -> str:
    """With another image below."""
    packed = io.BytesIO()
    with (
        tarfile.open(fileobj=io.BytesIO(base64.b64decode(panel_image.archive()))) as ours,
        tarfile.open(fileobj=packed, mode="w:gz") as theirs,
    ):
        for entry in ours.getmembers():
            content = (ours.extractfile(entry) or io.BytesIO()).read()
            content = content.replace(images.PYTHON.reference.encode(), base.encode())
            entry.size = len(content)
            theirs.addfile(entry, io.BytesIO(content))
    return base64.encodebytes(packed.getvalue()).decode()
