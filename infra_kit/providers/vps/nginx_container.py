"""How an nginx runs in a container of ours: the cache of a Cdn, a Gateway, the proxy of a Service."""

from __future__ import annotations

from infra_kit.providers.vps.containers import FILES

USER = "101:101"
"""`nginx` of the image (https://github.com/nginx/docker-nginx)."""
DATA = "/tmp"  # noqa: S108  a volume: the folder of the image that this user may write to
COMMAND = ("nginx", "-c", f"{FILES}/nginx.conf")
STATUS_PORT = 8081
HEALTH = ("wget", "-q", "-O", "/dev/null", f"http://127.0.0.1:{STATUS_PORT}/")
STATUS = f" server {{ listen 127.0.0.1:{STATUS_PORT}; location / {{ return 204; }} }}"
"""Among nginx's servers, the one that is asked for its health."""
DOCKERS_NAMES = "127.0.0.11"
"""The name server of every Docker network (https://docs.docker.com/engine/network/#dns-services)."""
MAIN = "daemon off;\nworker_processes 1;\npid /tmp/nginx.pid;\nerror_log stderr warn;"
NJS = "load_module modules/ngx_http_js_module.so;"
PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")
"""Whose word is taken for the visitor's address: nothing but containers reaches these, of them the edge."""
