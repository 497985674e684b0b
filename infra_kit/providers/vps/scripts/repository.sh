#!/bin/sh
# The repository of one component's copies, for who sources this. A copy is a folder named after its time:
#
#   copies/<time>/…         what was copied
#   copies/<time>/manifest  written last, without it there is no copy: `SHA-256 bytes file` of each, then `end`
#   objects/<time>/<key>    what objects held, each content once: from the first copy that had it
#
#   /run/infra-kit/rclone.conf  names the remotes `raw`, the repository as it lies there, and `copies`, as it reads
#   /run/infra-kit/key          the passphrase that `copies` is encrypted with; empty: it is not
# shellcheck disable=SC2034
set -eu

PATH=/run/infra-kit-rclone:$PATH
export RCLONE_CONFIG=/run/infra-kit/rclone.conf RCLONE_CACHE_DIR=/tmp RCLONE_LOG_LEVEL=ERROR RCLONE_RETRIES=2
# What is on its way at once has to fit the container's memory.
export RCLONE_TRANSFERS=4 RCLONE_BUFFER_SIZE=1M RCLONE_USE_MMAP=true
# Encryption authenticates each block, and our SHA-256 the whole.
export RCLONE_IGNORE_CHECKSUM=true RCLONE_IGNORE_TIMES=true RCLONE_FAST_LIST=true
if [ -s /run/infra-kit/key ]; then
  RCLONE_CONFIG_COPIES_PASSWORD=$(rclone obscure - </run/infra-kit/key)
  export RCLONE_CONFIG_COPIES_PASSWORD
fi

hold=$(mktemp -d)
tab=$(printf '\t')

fault() { # CHECK TEXT
  echo "fault: $1: $2" >&2
  exit 1
}

said() { tail -n 3 "$hold/words" | sed 's/^[0-9/]* [0-9:]* //'; }

refused() { # rclone's own words, as a fault
  if grep -q 'failed to authenticate decrypted block' "$hold/words"; then fault changed "$(said)"; fi
  fault unreachable "rclone: $(said)"
}

listed() { # what rclone lists; nothing where there is no such folder, which it ends with 3 for
  rclone lsf -R --files-only "$@" 2>"$hold/words" || [ $? = 3 ] || refused
}

copies() { # the times of all whole ones, the newest first
  listed --include '/*/manifest' copies:copies >"$hold/copies"
  sed -n 's#/manifest$##p' "$hold/copies" | sort -r
}

whole() { # LIST: what of it is here as a whole; what is not is told in $hold/lost, a line for each object
  listed --format sp --separator "$tab" copies:objects >"$hold/there"
  awk -F "$tab" -v lost="$hold/lost" '
    FILENAME == ARGV[1] { size[$2] = $1; next }
    { path = $6 "/" $7 }
    !(path in size) { print "missing: what the object " $7 " held is gone" >lost; next }
    size[path] < $2 {
      print "truncated: what the object " $7 " held is cut short: " size[path] " bytes of " $2 >lost
      next
    }
    { print }
  ' "$hold/there" "$1"
}

require_key() { # what was written with another one is not begun anew beside
  seen=$(listed copies:)
  [ -z "$seen" ] || return 0
  seen=$(listed raw:)
  [ -z "$seen" ] || fault wrong-key "there are files, and this key can read none of their names"
}
