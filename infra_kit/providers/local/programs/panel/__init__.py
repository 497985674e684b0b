"""The server of a Panel: the application of `infra_kit.panel`, over what lies in the boxes of this machine."""
