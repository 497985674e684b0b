"""Backups of the local target: taken, kept, proven and restored.

Copies stand in a repository, a folder that rclone encrypts (`repository.py`), in a bucket or on this machine:

    copies/<time>/<component>/…        what a run has copied, each file with its SHA-256 in the manifest
    copies/<time>/manifest.json        written last: without it there is no copy
    log/<component>/<server>/…         the write-ahead log of a Postgres, segment by segment
    log/<component>/<server>/<segment>.json
                                       written last: which segments came, with their SHA-256, and until when they reach
    objects/<component>/<SHA-256>      the objects of an ObjectStore, each content once
    owner.json                         whose they are (`owner.py`)

Names and contents are encrypted alike (rclone's crypt: https://rclone.org/crypt/), so that whoever has the passphrase
needs nothing but rclone to read them, and whoever has not learns how many there are and how large.
"""
