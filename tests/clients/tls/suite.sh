# Real clients through TLS 1.2 and 1.3, with and without client certificates, against nodes that the suite starts itself:
# redis-cli, redis-benchmark, python3-redis, ioredis, curl, and the henge command.
# Usage: suite.sh (HOST and PORT are ignored). Prints TAP. Clients that are not installed are skipped.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
henge=$(cd "$here/../../.." && pwd)/src/Henge.Server/bin/Release/net10.0/henge
work=$(mktemp -d)
nodes=()
number=0
failures=0
trap 'kill "${nodes[@]}" 2> /dev/null; rm -rf "$work"' EXIT
cd "$work" || exit 1

result() {
    number=$((number + 1))
    if [ "$2" = 0 ]; then
        echo "ok $number - $1"
    else
        failures=$((failures + 1))
        echo "not ok $number - $1"
        echo "# ${3//$'\n'/ | }"
    fi
}

# says NAME EXPECTED COMMAND…: the whole output is EXPECTED.
says() {
    local name=$1 expected=$2 actual
    shift 2
    actual=$(timeout 60 "$@" 2>&1 < /dev/null)
    [ "$actual" = "$expected" ]
    result "$name" $? "'$actual', not '$expected'"
}

# fails NAME COMMAND…: it does not work.
fails() {
    local name=$1 actual
    shift
    ! actual=$(timeout 60 "$@" 2>&1 < /dev/null)
    result "$name" $? "it worked: $actual"
}

skip() {
    number=$((number + 1))
    echo "ok $number - $1 # SKIP not installed"
}

# start NAME OPTION…: a node on a free port, which is in $port then.
start() {
    local name=$1
    shift
    : > "$name.out"
    "$henge" --port 0 --memory 64mb --log-level warning "$@" > "$name.out" 2> "$name.err" &
    nodes+=($!)
    for _ in $(seq 300); do
        port=$(grep -m 1 -oE '127\.0\.0\.1:[0-9]+' "$name.out" | cut -d: -f2) && [ -n "$port" ] && return 0
        sleep 0.1
    done
    echo "Bail out! the node did not become ready: $(cat "$name.err")"
    exit 1
}

# sign NAME DAYS: NAME.crt and NAME.key of the authority.
sign() {
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "$1.key" -out "$1.csr" \
        -subj "/CN=$1" 2> /dev/null
    printf 'subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth,clientAuth\n' > ext
    openssl x509 -req -in "$1.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -days "$2" -extfile ext -out "$1.crt" \
        2> /dev/null
    chmod 600 "$1.key"
}

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout ca.key -out ca.crt -days 30 \
    -subj "/CN=Test authority" 2> /dev/null
sign node 30
sign client 30
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout foreign.key -out foreign.crt \
    -days 30 -subj "/CN=foreign" 2> /dev/null
echo open-sesame > password
chmod 600 password

start one --tls-cert node.crt --tls-key node.key --password-file password
cli=(redis-cli --tls --cacert ca.crt -h localhost -p "$port" --no-auth-warning -a open-sesame)
says "redis-cli sets" OK "${cli[@]}" set greeting hello
says "redis-cli gets" hello "${cli[@]}" get greeting
head -c 3000000 /dev/zero | tr '\0' x > large
"${cli[@]}" -x set large < large > /dev/null
says "a large value comes back" 3000000 "${cli[@]}" strlen large
"${cli[@]}" --raw get large 2> /dev/null | head -c 3000000 | cmp -s - large
result "a large value is the same" $? "it differs"
fails "redis-cli with another authority" redis-cli --tls --cacert foreign.crt -h localhost -p "$port" ping
says "redis-cli without TLS is told" "Error: Server closed the connection" \
    bash -c "redis-cli -h 127.0.0.1 -p $port ping 2>&1 | grep -q DENIED && echo 'Error: Server closed the connection'"
if command -v redis-benchmark > /dev/null; then
    timeout 60 redis-benchmark --tls --cacert ca.crt -h localhost -p "$port" -a open-sesame -n 20000 -P 16 -t get,set \
        -q > bench 2>&1
    [ "$(tr '\r' '\n' < bench | grep -c 'requests per second')" -ge 2 ]
    result "redis-benchmark at depth 16" $? "$(tail -c 200 bench)"
else
    skip "redis-benchmark at depth 16"
fi
for version in 1.2 1.3; do
    says "curl with TLS $version" '{"value":"hello"}' curl -sS --cacert ca.crt "--tlsv$version" --tls-max "$version" \
        -H 'Authorization: Bearer open-sesame' "https://localhost:$port/get?key=greeting"
    says "curl that would rather speak HTTP/2, with TLS $version" 'ok 1.1' curl -sS --http2 --cacert ca.crt \
        "--tlsv$version" --tls-max "$version" -o /dev/null -w 'ok %{http_version}' "https://localhost:$port/healthz"
    echo Q | timeout 20 openssl s_client -connect "localhost:$port" -CAfile ca.crt "-tls${version/./_}" > s_client 2>&1
    grep -q 'Verify return code: 0 (ok)' s_client
    result "a handshake with TLS $version" $? "$(tail -n 3 s_client)"
done
fails "TLS 1.1" openssl s_client -connect "localhost:$port" -CAfile ca.crt -tls1_1 -cipher 'ALL:@SECLEVEL=0'
says "henge get" hello env HENGE_PASSWORD=open-sesame "$henge" get greeting --node "localhost:$port" --tls-ca ca.crt
timeout 60 env HENGE_PASSWORD=open-sesame "$henge" ring --node "localhost:$port" --tls-ca ca.crt > ring 2>&1
result "henge ring" $? "$(tail -n 2 ring)"
timeout 60 env HENGE_PASSWORD=open-sesame "$henge" bench --node "localhost:$port" --tls-ca ca.crt --requests 20000 \
    --pipeline 16 --keys 1000 > bench 2>&1
result "henge bench" $? "$(tail -n 2 bench)"
fails "henge without TLS" "$henge" get greeting --node "localhost:$port"
if /usr/bin/python3 -I -c 'import redis' 2> /dev/null; then
    cat > client.py << 'PYTHON'
import ssl
import sys

import redis

wanted = getattr(ssl.TLSVersion, f"TLSv1_{sys.argv[2]}")


class Connection(redis.SSLConnection):
    def _wrap_socket_with_ssl(self, sock):
        context = ssl.create_default_context(cafile="ca.crt")
        context.minimum_version = context.maximum_version = wanted
        return context.wrap_socket(sock, server_hostname="localhost")

    def _connect(self):
        sock = super(redis.SSLConnection, self)._connect()
        return self._wrap_socket_with_ssl(sock)


pool = redis.ConnectionPool(
    connection_class=Connection, host="localhost", port=int(sys.argv[1]), password="open-sesame")
client = redis.Redis(connection_pool=pool)
connection = pool.get_connection("PING")
print(client.ping(), client.get("greeting"), connection._sock.version())
PYTHON
    for version in 2 3; do
        says "python3-redis with TLS 1.$version" "True b'hello' TLSv1.$version" \
            /usr/bin/python3 client.py "$port" "$version"
    done
else
    skip "python3-redis"
fi
if [ -d "$here/../ioredis/node_modules/ioredis" ]; then
    says "ioredis" hello env NODE_PATH="$here/../ioredis/node_modules" node -e '
        const Redis = require("ioredis");
        const tls = { ca: require("fs").readFileSync("ca.crt"), servername: "localhost" };
        const redis = new Redis({ host: "localhost", port: process.argv[1], password: "open-sesame", tls });
        redis.get("greeting").then(value => { console.log(value); redis.disconnect(); });' "$port"
else
    skip "ioredis"
fi

start two --tls-cert node.crt --tls-key node.key --tls-client-ca ca.crt
mine=(--cert client.crt --key client.key)
says "redis-cli shows a certificate" PONG redis-cli --tls --cacert ca.crt "${mine[@]}" -h localhost -p "$port" ping
says "henge shows a certificate" OK "$henge" set k v --node "localhost:$port" --tls-ca ca.crt --tls-cert client.crt \
    --tls-key client.key
fails "curl without a certificate" curl -sSf --cacert ca.crt "https://localhost:$port/healthz"
fails "curl with a foreign certificate" curl -sSf --cacert ca.crt --cert foreign.crt --key foreign.key \
    "https://localhost:$port/healthz"
says "curl with a certificate" '{"status":"ok"}' curl -sS --cacert ca.crt "${mine[@]}" "https://localhost:$port/healthz"
grep -q 'TLS with .* failed: it showed no certificate' two.err
result "the log says why" $? "$(cat two.err)"

echo "1..$number"
[ "$failures" = 0 ]
