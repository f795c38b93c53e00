#!/bin/sh
# Written by npm run generate from dashboards/src: change it there.
# Sets who may see and change the folders: one file per folder, named after its identifier.
# Needs GRAFANA_URL, GRAFANA_ADMIN_USER and the file GRAFANA_ADMIN_PASSWORD_FILE.
set -eu
folder=${1:-/permissions}
for file in "$folder"/*.json; do
  uid=$(basename "$file" .json)
  curl --fail --silent --show-error --retry 10 --retry-delay 3 --retry-all-errors \
    --user "$GRAFANA_ADMIN_USER:$(cat "$GRAFANA_ADMIN_PASSWORD_FILE")" \
    --header 'Content-Type: application/json' --data "@$file" \
    "$GRAFANA_URL/api/folders/$uid/permissions" >/dev/null
  echo "permissions of $uid are set"
done
