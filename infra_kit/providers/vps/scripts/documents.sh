#!/bin/sh
# Has MongoDB know the collections and users of WANTED, as documents.js reads it. Runs in its container; mongosh writes
# nothing but what it keeps of itself in HOME.
set -eu

export WANTED
exec mongosh --quiet --norc --nodb /run/infra-kit/documents.js
