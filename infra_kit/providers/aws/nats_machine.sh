# What of `nats_server.sh` is AWS's: Amazon Linux has its CLI, and Docker among its packages.
#
#   REGION, SECRET   of Secrets Manager, what the servers let in
prepare() {
  until command -v docker >/dev/null || dnf install -y -q docker; do sleep 5; done
  systemctl enable --now docker
}

secret() {
  aws secretsmanager get-secret-value --region "$REGION" --secret-id "$SECRET" --query SecretString --output text
}
