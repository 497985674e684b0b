"""The commands of `infra-kit`: they ask the library and print. One file a command; `cli.py` puts them together."""
