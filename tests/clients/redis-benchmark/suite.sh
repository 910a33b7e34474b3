# redis-benchmark's default tests of the commands Henge has, in every mode of it. An error reply, a dead connection or a
# missing figure fails the test; speed does not matter here. Usage: suite.sh HOST PORT. Prints TAP.
set -uo pipefail
host=$1
port=$2
number=0
failures=0
tests=ping_inline,ping_mbulk,set,get,incr,hset,mset

result() {
    number=$((number + 1))
    if [ "$2" = 0 ]; then
        echo "ok $number - $1"
    else
        failures=$((failures + 1))
        echo "not ok $number - $1"
        echo "# ${3//[$'\r\n']/ | }" | cut -c 1-500
    fi
}

# bench NAME FIGURES ARGUMENT…: it ends well, reports so many figures and no error.
bench() {
    local name=$1 figures=$2 output status
    shift 2
    output=$(timeout 60 redis-benchmark -h "$host" -p "$port" -q "$@" 2>&1 < /dev/null | tr '\r' '\n')
    status=${PIPESTATUS[0]}
    [ "$status" = 0 ] && ! grep -v 'Keepalive disabled' <<< "$output" | grep -qiE 'error|warning|failed' \
        && [ "$(grep -c 'requests per second' <<< "$output")" = "$figures" ]
    result "$name" $? "code $status: $(grep -viE 'rps=' <<< "$output" | grep .)"
}

bench "default" 7 -n 2000 -t $tests
bench "pipelines of 16" 7 -n 20000 -P 16 -t $tests
bench "pipelines of 1000" 7 -n 50000 -P 1000 -t $tests
bench "RESP3" 7 -n 2000 -3 -t $tests
bench "RESP3 in pipelines" 7 -n 20000 -3 -P 64 -t $tests
bench "random keys, values of 4 KB, 200 clients" 7 -n 10000 -r 10000 -d 4096 -c 200 -t $tests
bench "two threads" 7 -n 10000 --threads 2 -c 100 -t $tests
bench "a connection for each request" 7 -n 500 -k 0 -t $tests
bench "one command of choice" 1 -n 2000 SET key:__rand_int__ value EX 100
bench "a hash field of choice" 1 -n 2000 -r 1000 HSET hash:__rand_int__ field value
echo "1..$number"
[ $failures = 0 ]
