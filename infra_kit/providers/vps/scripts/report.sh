#!/bin/sh
# Notes how the last run of a part of a Backup or a RestoreDrill went, and tells it of all parts together in the folder
# FOLDER: report.json for people, and figure.prom for the host (`measure.sh`).
#
#   NAME   of the component
#   FIELD  what the report calls the time of the last run that went well
#   PARTS  the names of all parts
#   PART   the one whose run it is
#   $1     begins, well or failed
#   $2     of what went well, how many seconds it took; of what failed, why
set -eu

text() { # as a string of JSON has it, on one line
  tr '\n\t' '; ' | LC_ALL=C tr -cd '\040-\176' | cut -c 1-500 | sed 's/[\\"]/\\&/g'
}

of() { # PART FACT
  cat "$FOLDER/$1/$2" 2>/dev/null || true
}

# One at a time: parts end together.
exec 8>"$FOLDER/.lock"
flock 8

# Of a part that had no success yet, since when one is waited for: also where it never begins.
for part in $PARTS; do
  mkdir -p "$FOLDER/$part"
  [ -s "$FOLDER/$part/since" ] || date +%s >"$FOLDER/$part/since"
done
own=$FOLDER/$PART
case $1 in
  begins) ;;
  well)
    date +%s >"$own/well"
    cp "$own/well" "$own/since"
    echo "$2" >"$own/seconds"
    rm -f "$own/failure"
    ;;
  failed) printf '%s' "$2" | text >"$own/failure" ;;
esac

# What is true of all parts: the oldest success, to people if each has one.
since="" well=always seconds=0 failure=""
for part in $PARTS; do
  it=$(of "$part" since)
  if [ -z "$since" ] || [ "$it" -lt "$since" ]; then since=$it; fi
  it=$(of "$part" well)
  if [ -z "$it" ]; then
    well=""
  elif [ "$well" = always ] || { [ -n "$well" ] && [ "$it" -lt "$well" ]; }; then
    well=$it
  fi
  it=$(of "$part" seconds)
  [ "${it:-0}" -le "$seconds" ] || seconds=$it
  it=$(of "$part" failure)
  [ -z "$it" ] || failure="${failure:+$failure; }$part: $it"
done
[ -z "$well" ] || well=$(date -u -d "@$well" +%Y-%m-%dT%H:%M:%S+00:00)

new=$FOLDER/.$PART.new
printf '{"%s": "%s", "seconds": %s, "failure": "%s"}\n' "$FIELD" "$well" "$seconds" "$failure" >"$new"
mv "$new" "$FOLDER/report.json"
failed=0
[ -z "$failure" ] || failed=1
{
  printf 'infra_kit_last_good_seconds{component="%s"} %s\n' "$NAME" "$since"
  printf 'infra_kit_last_run_failed{component="%s"} %s\n' "$NAME" "$failed"
} >"$new"
mv "$new" "$FOLDER/figure.prom"
