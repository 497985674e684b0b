#!/bin/sh
# Starts OpenSearch from its image, whose root is read-only: its configuration stands in memory, with ours over it.
#
#   HEAP_MB  of the heap; the rest of the container's memory caches files
# /run/infra-kit: opensearch.yml, log4j2.properties, internal_users.yml, and certificates where its settings name some.
set -eu

home=/usr/share/opensearch
conf=/run/opensearch
mkdir -p "$conf" "$home/data/tmp" "$home/data/nodes"
cp -R "$home/config/." "$conf"
cp /run/infra-kit/opensearch.yml /run/infra-kit/log4j2.properties "$conf"
cp /run/infra-kit/internal_users.yml "$conf/opensearch-security"
for file in /run/infra-kit/*.pem; do
  if [ -e "$file" ]; then cp "$file" "$conf"; fi
done
chmod -R u+w,go-rwx "$conf"

# What the image logs to files goes to nowhere: there is no folder for it. The heap is ours to say.
sed -i '/Xlog:gc/d; /HeapDump/d; /ErrorFile/d; /^-Xm[sx]/d' "$conf/jvm.options"

# Files are mapped into memory where the host lets a process have as many maps as OpenSearch wants.
if [ "$(cat /proc/sys/vm/max_map_count)" -lt 262144 ]; then
  echo "node.store.allow_mmap: false" >>"$conf/opensearch.yml"
fi

# Between nodes, of which there is one: the security plugin asks for it. It is on the loopback, and made at each start.
key() { "$home/jdk/bin/keytool" "$@" -alias node -storetype PKCS12 -storepass changeit; }
key -genkeypair -keyalg EC -groupname secp256r1 -dname CN=node -validity 3650 -keystore "$conf/node.p12"
key -exportcert -rfc -keystore "$conf/node.p12" -file "$conf/node.crt"
key -importcert -noprompt -keystore "$conf/trust.p12" -file "$conf/node.crt"

rm -rf "${home:?}/data/tmp/"*
OPENSEARCH_PATH_CONF=$conf
OPENSEARCH_TMPDIR=$home/data/tmp
OPENSEARCH_JAVA_OPTS="-Xms${HEAP_MB}m -Xmx${HEAP_MB}m"
export OPENSEARCH_PATH_CONF OPENSEARCH_TMPDIR OPENSEARCH_JAVA_OPTS
exec "$home/bin/opensearch"
