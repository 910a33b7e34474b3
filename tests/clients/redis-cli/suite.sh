# What people type into redis-cli, against a live server, over RESP2 and RESP3, as a script, a pipe and a cluster client.
# Usage: suite.sh HOST PORT. Prints TAP; flushes the server. ONLY runs the tests whose name contains it.
set -uo pipefail
host=$1
port=$2
number=0
failures=0
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT

cli() { timeout 30 redis-cli -h "$host" -p "$port" "$@"; }

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

wanted() { [[ $1 == *"${ONLY:-}"* ]]; }

# says NAME EXPECTED ARGUMENT…: the whole output is EXPECTED.
says() {
    local name=$1 expected=$2 actual
    shift 2
    wanted "$name" || return 0
    actual=$(cli "$@" 2>&1 < /dev/null)
    [ "$actual" = "$expected" ]
    result "$name" $? "redis-cli $*: '$actual', not '$expected'"
}

# matches NAME PATTERN ARGUMENT…: the output has a line like PATTERN.
matches() {
    local name=$1 pattern=$2 actual
    shift 2
    wanted "$name" || return 0
    actual=$(cli "$@" 2>&1 < /dev/null)
    grep -qE -- "$pattern" <<< "$actual"
    result "$name" $? "redis-cli $*: '${actual:0:300}' has no '$pattern'"
}

for proto in -2 -3; do
    says "$proto flush" OK $proto flushall
    says "$proto ping" PONG $proto ping
    says "$proto set" OK $proto set greeting 'hello world'
    says "$proto get" 'hello world' $proto get greeting
    says "$proto quoted get" '"hello world"' $proto --no-raw get greeting
    says "$proto a miss" '(nil)' $proto --no-raw get nothing
    says "$proto an integer" '(integer) 11' $proto --no-raw strlen greeting
    says "$proto wrong type" 'WRONGTYPE Operation against a key holding the wrong kind of value' $proto hget greeting f
    says "$proto unknown command" "ERR unknown command 'nosuch', with args beginning with: 'a' " $proto nosuch a
    says "$proto wrong arity" "ERR wrong number of arguments for 'get' command" $proto get
    says "$proto hset" '(integer) 2' $proto --no-raw hset h a 1 b 2
    says "$proto hmget" $'1\n\n2' $proto hmget h a none b
    says "$proto csv" '"1",NULL' $proto --csv hmget h a none
    says "$proto mset" OK $proto mset k1 v1 k2 v2
    says "$proto mget" $'v1\nv2' $proto mget k1 k2
    says "$proto exists" 3 $proto exists greeting k1 k1
    says "$proto expire and ttl" 1 $proto expire k1 100
    matches "$proto ttl" '^(99|100)$' $proto ttl k1
    says "$proto incr" 1 $proto incr counter
    says "$proto incrbyfloat" 1.5 $proto incrbyfloat counter 0.5
    says "$proto type" hash $proto type h
    says "$proto repeat" $'1\n2\n3' $proto -r 3 incr repeated
    says "$proto dbsize" 6 $proto dbsize
    matches "$proto info" '^redis_version:7\.' $proto info server
    matches "$proto command docs" 'summary' $proto command docs get
    matches "$proto client list" 'cmd=client' $proto client list
    matches "$proto object encoding" '^(embstr|raw)$' $proto object encoding greeting
    says "$proto delete" 2 $proto del k1 k2 none
done

says "one field" 1 hset one a 1
says "RESP3 map" '1# "a" => "1"' -3 --no-raw hgetall one
matches "RESP3 hello" 'proto' -3 hello

if wanted "transaction in a script"; then
    actual=$(printf 'MULTI\nSET t 1\nINCR t\nGET nothing\nEXEC\nGET t\n' | cli --no-raw 2>&1)
    expected=$'OK\nQUEUED\nQUEUED\nQUEUED\n1) OK\n2) (integer) 2\n3) (nil)\n"2"'
    [ "$actual" = "$expected" ]
    result "transaction in a script" $? "$actual"
fi

if wanted "binary value by -x and --raw"; then
    head -c 300000 /dev/urandom > "$here/in"
    cli -x set blob < "$here/in" > /dev/null
    cli --raw get blob < /dev/null | head -c 300000 > "$here/out"
    cmp -s "$here/in" "$here/out"
    result "binary value by -x and --raw" $? "the value came back changed"
fi

if wanted "mass insertion by --pipe"; then
    for ((i = 0; i < 20000; i++)); do
        printf '*3\r\n$3\r\nSET\r\n$10\r\npipe:%05d\r\n$5\r\n%05d\r\n' $i $i
    done > "$here/mass"
    actual=$(cli --pipe < "$here/mass" 2>&1)
    grep -q 'errors: 0, replies: 20000' <<< "$actual"
    result "mass insertion by --pipe" $? "$actual"
fi

if wanted "scan option"; then
    actual=$(cli --scan --pattern 'pipe:*' < /dev/null | sort -u | wc -l)
    [ "$actual" = 20000 ]
    result "scan option" $? "$actual keys, not 20000"
fi

matches "big keys" 'Biggest string found .*blob' --bigkeys
matches "memory keys" 'Biggest string found .*blob' --memkeys

if wanted "subscribe and publish"; then
    timeout 10 redis-cli -h "$host" -p "$port" --csv subscribe news > "$here/news" 2>&1 < /dev/null &
    subscriber=$!
    for ((i = 0; i < 200; i++)); do
        [ "$(cli publish news hello < /dev/null)" = 1 ] && break
        sleep 0.02
    done
    for ((i = 0; i < 200; i++)); do
        grep -q '"message","news","hello"' "$here/news" && break
        sleep 0.02
    done
    grep -q '"message","news","hello"' "$here/news"
    result "subscribe and publish" $? "$(cat "$here/news")"
    kill $subscriber 2> /dev/null
    wait $subscriber 2> /dev/null
fi

if cli info < /dev/null | grep -q '^henge_version' || cli info cluster < /dev/null | grep -q 'cluster_enabled:1'; then
    says "cluster set" OK -c set '{tag}key' value
    says "cluster get" value -c get '{tag}key'
    says "cluster keyslot" 12182 cluster keyslot foo
    matches "cluster info" '^cluster_state:ok' cluster info
    matches "cluster nodes" 'myself,master - 0 .* connected 0-16383' cluster nodes
    matches "cluster slots" '^16383$' cluster slots
    matches "cluster shards" 'master' cluster shards
    if wanted "cluster check"; then
        actual=$(timeout 30 redis-cli --cluster check "$host:$port" 2>&1 < /dev/null)
        grep -q 'All 16384 slots covered' <<< "$actual"
        result "cluster check" $? "$actual"
    fi
else
    number=$((number + 1))
    echo "ok $number - cluster # SKIP this server is no cluster"
fi

echo "1..$number"
[ $failures = 0 ]
