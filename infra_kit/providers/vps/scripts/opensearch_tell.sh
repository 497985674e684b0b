#!/bin/sh
# Has a running OpenSearch make what it is to have. Runs in its container, any number of times.
#
#   CALLS  of its HTTP API, seven lines each: method, path, body; words of a refusal that says it is well too; a text of
#          an answer that must also hold the next line, and what is wrong where it does not
set -eu

printf '%s\n' "$CALLS" | while IFS= read -r method; do
  IFS= read -r path
  IFS= read -r body
  IFS= read -r unless
  IFS= read -r key
  IFS= read -r needs
  IFS= read -r refusal
  said=$(printf '%s' "$body" | curl --silent --show-error --max-time 60 --config /run/infra-kit/login \
    --request "$method" --header 'Content-Type: application/json' --data-binary @- --write-out '\n%{http_code}' \
    "http://127.0.0.1:9200$path")
  case ${said##*
} in
    2??) ;;
    *)
      well=no
      if [ -n "$unless" ]; then
        case $said in *"$unless"*) well=yes ;; esac
      fi
      [ "$well" = yes ] || { echo "$method $path was refused: $said" >&2; exit 1; }
      ;;
  esac
  if [ -n "$key" ]; then
    case $said in
      *"$key"*) case $said in *"$needs"*) ;; *) echo "$refusal" >&2; exit 1 ;; esac ;;
    esac
  fi
done
