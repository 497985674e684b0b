#!/bin/sh
# Says which copies have had their time: of those it reads, the newest first, each in a line as `20260301-030000 LABEL`,
# the labels of those that no tier keeps. The newest stays, whatever its age.
#
#   EVERY DAILY WEEKLY  for how many seconds each copy, the last of a day and the last of a week are kept; 0: no longer
set -eu

seconds_of() { # 20260301-030000
  date -u -d "$(echo "$1" | sed 's/^\(....\)\(..\)\(..\)-\(..\)\(..\)\(..\)$/\1-\2-\3 \4:\5:\6/')" +%s
}

now=$(date +%s) day="" week=""
while read -r time label; do
  at=$(seconds_of "$time")
  age=$((now - at)) last_of_day=no last_of_week=no of_week=$(date -u -d "@$at" +%G-%V)
  [ "${time%-*}" = "$day" ] || last_of_day=yes
  [ "$of_week" = "$week" ] || last_of_week=yes
  newest=${day:+no} day=${time%-*} week=$of_week
  if [ -z "$newest" ] || [ "$age" -le "$EVERY" ]; then continue; fi
  if [ "$last_of_day" = yes ] && [ "$age" -le "$DAILY" ]; then continue; fi
  if [ "$last_of_week" = yes ] && [ "$age" -le "$WEEKLY" ]; then continue; fi
  echo "$label"
done
