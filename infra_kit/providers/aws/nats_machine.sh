# What of `nats_server.sh` is AWS's: Amazon Linux has its CLI, and Docker among its packages.
#
#   REGION, SECRET         of Secrets Manager, what the servers let in
#   NAMESPACE, BUS, HOST   of CloudWatch's figures; what those of the bus, and of this server, are known by
prepare() {
  until command -v docker >/dev/null || dnf install -y -q docker; do sleep 5; done
  systemctl enable --now docker
}

secret() {
  aws secretsmanager get-secret-value --region "$REGION" --secret-id "$SECRET" --query SecretString --output text
}

tell() {
  echo "[$(each_figure datum | paste -s -d , -)]" >"$OWN/told.json"
  aws cloudwatch put-metric-data --region "$REGION" --namespace "$NAMESPACE" --metric-data "file://$OWN/told.json"
}

datum() { # all servers tell the same of a consumer
  of=$(dimension Server "$HOST")
  [ -z "$3" ] || of=$(dimension Bus "$BUS"),$(dimension Consumer "$3")
  printf '{"MetricName":"%s","Dimensions":[%s],"Value":%s}\n' "$1" "$of" "$2"
}

dimension() {
  printf '{"Name":"%s","Value":"%s"}' "$@"
}
