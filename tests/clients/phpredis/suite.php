<?php
// What users of phpredis do, against a live server. Usage: suite.php HOST PORT. Prints TAP; flushes the server.
// The environment variable ONLY runs the tests whose name contains it.

declare(strict_types=1);

[, $host, $port] = $argv;
$port = (int)$port;
$number = $failures = 0;

function connect(): Redis
{
    global $host, $port;
    $r = new Redis();
    $r->connect($host, $port, 5.0, null, 0, 10.0);
    return $r;
}

function expect(mixed $actual, mixed $expected): void
{
    if ($actual !== $expected) {
        throw new Exception(substr(var_export($actual, true), 0, 300) . ' is not ' . substr(var_export($expected, true), 0, 300));
    }
}

function eventually(callable $condition, float $seconds = 5): void
{
    $deadline = microtime(true) + $seconds;
    while (microtime(true) < $deadline) {
        if ($condition()) {
            return;
        }
        usleep(5000);
    }
    throw new Exception("not within $seconds s");
}

function sorted(array $values): array
{
    sort($values);
    return $values;
}

function test(string $name, callable $body): void
{
    global $number, $failures;
    if (!str_contains($name, (string)getenv('ONLY'))) {
        return;
    }
    $number++;
    try {
        $body();
        echo "ok $number - $name\n";
    } catch (Throwable $error) {
        $failures++;
        $at = array_filter(array_column($error->getTrace(), 'line'));
        echo "not ok $number - $name\n# ", get_class($error), ': ', strtr($error->getMessage(), "\n", ' ');
        echo ', lines ', implode(' ', [$error->getLine(), ...$at]), "\n";
    }
}

test('handshake', function () {
    $r = connect();
    expect($r->ping(), true);
    expect($r->echo('hello'), 'hello');
    expect($r->select(0), true);
    expect($r->client('setname', 'suite'), true);
    expect($r->client('getname'), 'suite');
    expect(str_starts_with($r->info()['redis_version'], '7.'), true);
    expect(count($r->time()), 2);
    expect($r->close(), true);
});

test('persistent connection', function () {
    global $host, $port;
    $r = new Redis();
    expect($r->pconnect($host, $port, 5.0, 'suite'), true);
    expect($r->set('p', 'v'), true);
    $again = new Redis();
    $again->pconnect($host, $port, 5.0, 'suite');
    expect($again->get('p'), 'v');
});

test('password where none is set is refused', function () {
    try {
        connect()->auth('guess');
    } catch (RedisException $error) {
        expect(str_contains($error->getMessage(), 'without any password configured'), true);
        return;
    }
    throw new Exception('AUTH succeeded');
});

test('strings are bytes', function () {
    $r = connect();
    foreach (['', "\0", "\r\n", implode('', array_map('chr', range(0, 255))), random_bytes(70000)] as $value) {
        expect($r->set('k' . substr($value, 0, 50), $value), true);
        expect($r->get('k' . substr($value, 0, 50)), $value);
    }
    expect($r->get('never set'), false);
    expect($r->strlen('never set'), 0);
});

test('ten megabytes', function () {
    $r = connect();
    $value = random_bytes(10 * 1024 * 1024);
    expect($r->set('large', $value), true);
    expect(hash('sha256', $r->get('large')), hash('sha256', $value));
    expect($r->del('large'), 1);
});

test('serialized values', function () {
    $r = connect();
    $r->setOption(Redis::OPT_SERIALIZER, Redis::SERIALIZER_PHP);
    $r->setOption(Redis::OPT_PREFIX, 'app:');
    $value = ['a' => 1, 'b' => [true, null, 1.5]];
    expect($r->set('s', $value, 60), true);
    expect($r->get('s'), $value);
    expect(connect()->exists('app:s'), 1);
});

test('set options and the string family', function () {
    $r = connect();
    $r->del('s', 'n', 'a', 'b', 'c');
    expect($r->set('s', '1', ['xx']), false);
    expect($r->set('s', '1', ['nx', 'ex' => 100]), true);
    expect($r->set('s', '2', ['nx', 'px' => 100]), false);
    expect($r->ttl('s') > 90, true);
    expect($r->append('s', '23'), 3);
    expect($r->getRange('s', 1, -1), '23');
    expect($r->setRange('s', 4, 'x'), 5);
    expect($r->getSet('s', 'v'), "123\0x");
    expect($r->setnx('s', 'w'), false);
    expect($r->setex('s', 50, 'v'), true);
    expect($r->psetex('s', 50000, 'v'), true);
    expect($r->pttl('s') > 40000, true);
    expect([$r->incr('n'), $r->incrBy('n', 10), $r->decr('n'), $r->decrBy('n', 5)], [1, 11, 10, 5]);
    expect($r->incrByFloat('n', 0.25), 5.25);
    expect($r->mset(['a' => '1', 'b' => '']), true);
    expect($r->mget(['a', 'b', 'c']), ['1', '', false]);
    expect($r->msetnx(['c' => '1', 'a' => '2']), false);
    expect($r->setBit('c', 7, true), 0);
    expect($r->getBit('c', 7), 1);
    expect($r->bitCount('c'), 1);
});

test('keys', function () {
    $r = connect();
    $r->flushDB();
    $r->mset(['a' => '1', 'b' => '2']);
    expect($r->exists('a', 'b', 'c'), 2);
    expect($r->type('a'), Redis::REDIS_STRING);
    expect($r->rename('a', 'c'), true);
    expect($r->renameNx('b', 'c'), false);
    expect(sorted($r->keys('*')), ['b', 'c']);
    expect($r->dbSize(), 2);
    expect(in_array($r->randomKey(), ['b', 'c'], true), true);
    expect($r->unlink('b', 'c'), 2);
    expect($r->del('b'), 0);
});

test('hashes', function () {
    $r = connect();
    $r->del('h', 'many');
    expect($r->hMSet('h', ['a' => '1', 'b' => "\0\xff", 'c' => '']), true);
    expect($r->hSet('h', 'a', '2'), 0);
    expect($r->hGet('h', 'b'), "\0\xff");
    expect($r->hGet('h', 'none'), false);
    expect($r->hMGet('h', ['a', 'none']), ['a' => '2', 'none' => false]);
    expect($r->hGetAll('h'), ['a' => '2', 'b' => "\0\xff", 'c' => '']);
    expect(sorted($r->hKeys('h')), ['a', 'b', 'c']);
    expect([$r->hLen('h'), $r->hExists('h', 'a'), $r->hStrLen('h', 'b')], [3, true, 2]);
    expect($r->hIncrBy('h', 'a', 40), 42);
    expect($r->hIncrByFloat('h', 'f', 1.5), 1.5);
    expect($r->hSetNx('h', 'a', '1'), false);
    expect($r->hDel('h', 'a', 'none'), 1);
    $fields = [];
    for ($i = 0; $i < 1000; $i++) {
        $fields["f$i"] = "v$i";
    }
    $r->hMSet('many', $fields);
    $found = [];
    $r->setOption(Redis::OPT_SCAN, Redis::SCAN_RETRY);
    $it = null;
    while ($page = $r->hScan('many', $it, '*', 100)) {
        $found += $page;
    }
    ksort($found);
    ksort($fields);
    expect($found, $fields);
});

test('expiry', function () {
    $r = connect();
    $r->set('x', '1', ['px' => 60]);
    eventually(fn() => $r->get('x') === false);
    expect($r->ttl('x'), -2);
    $r->set('x', '1');
    expect($r->ttl('x'), -1);
    expect($r->expire('x', 100), true);
    expect($r->pExpireAt('x', (time() + 300) * 1000), true);
    expect($r->ttl('x') > 290, true);
    expect($r->persist('x'), true);
    expect($r->expireAt('x', 1), true);
    expect($r->exists('x'), 0);
});

test('pipeline of ten thousand', function () {
    $r = connect();
    $pipe = $r->multi(Redis::PIPELINE);
    for ($i = 0; $i < 10000; $i++) {
        $pipe->set("p:$i", (string)$i)->get("p:$i");
    }
    $replies = $pipe->exec();
    expect(count($replies), 20000);
    for ($i = 0; $i < 10000; $i++) {
        expect($replies[2 * $i], true);
        expect($replies[2 * $i + 1], (string)$i);
    }
});

test('transactions and watch', function () {
    [$r, $other] = [connect(), connect()];
    $r->set('t', '1');
    expect($r->multi()->incr('t')->get('t')->exec(), [2, '2']);
    $r->watch('t');
    $other->set('t', '10');
    expect($r->multi()->set('t', 'lost')->exec(), false);
    expect($r->get('t'), '10');
    expect($r->multi()->set('t', 'gone')->discard(), true);
    expect($r->get('t'), '10');
});

test('errors are kept and the connection goes on', function () {
    $r = connect();
    $r->set('str', 'text');
    expect($r->hGet('str', 'f'), false);
    expect(str_starts_with($r->getLastError(), 'WRONGTYPE'), true);
    $r->clearLastError();
    expect($r->incr('str'), false);
    // This client keeps a NUL byte of its own at the end.
    expect(rtrim($r->getLastError(), "\0"), 'ERR value is not an integer or out of range');
    expect($r->rawCommand('NOSUCH'), false);
    expect(str_contains($r->getLastError(), 'unknown command'), true);
    expect($r->get('str'), 'text');
});

test('scan', function () {
    $r = connect();
    $r->flushAll();
    $pipe = $r->multi(Redis::PIPELINE);
    for ($i = 0; $i < 3000; $i++) {
        $pipe->set("scan:$i", 'v');
    }
    $pipe->exec();
    $r->setOption(Redis::OPT_SCAN, Redis::SCAN_RETRY);
    $found = [];
    $it = null;
    while (($keys = $r->scan($it, 'scan:*', 200)) !== false) {
        foreach ($keys as $key) {
            $found[$key] = true;
        }
    }
    expect(count($found), 3000);
});

test('publish and subscribe', function () {
    global $host, $port;
    $code = 'for($i=0;$i<500;$i++){$r=new Redis();$r->connect($argv[1],(int)$argv[2]);'
        . 'if($r->publish("news","a\0b")>0)exit(0);usleep(10000);}exit(1);';
    $publisher = proc_open([PHP_BINARY, '-r', $code, '--', $host, (string)$port], [], $pipes);
    $r = connect();
    $got = null;
    try {
        $r->subscribe(['news'], function (Redis $redis, string $channel, string $message) use (&$got) {
            $got = [$channel, $message];
            $redis->close();
        });
    } catch (RedisException) {
        // phpredis leaves its loop only with the connection.
    }
    expect($got, ['news', "a\0b"]);
    expect(proc_close($publisher), 0);
});

test('a killed connection comes back', function () {
    [$r, $other] = [connect(), connect()];
    $id = $r->rawCommand('CLIENT', 'ID');
    expect($other->rawCommand('CLIENT', 'KILL', 'ID', (string)$id), 1);
    expect($r->set('kept', '1'), true);
    expect($r->get('kept'), '1');
});

test('Laravel and Symfony cache commands', function () {
    $r = connect();
    $r->flushDB();
    expect($r->setex('laravel:key', 3600, serialize([1])), true);
    expect($r->set('laravel:lock', 'owner', ['nx', 'ex' => 10]), true);
    expect($r->set('laravel:lock', 'other', ['nx', 'ex' => 10]), false);
    expect($r->get('laravel:lock'), 'owner');
    $replies = $r->multi(Redis::PIPELINE)->setex('a', 60, '1')->setex('b', 60, '2')->exec();
    expect($replies, [true, true]);
    expect($r->mget(['a', 'b', 'none']), ['1', '2', false]);
    expect($r->del(['a', 'b', 'laravel:lock']), 3);
});

test('sessions as PHP keeps them', function () {
    global $host, $port;
    $save = 'ini_set("session.save_handler","redis");ini_set("session.save_path","tcp://$argv[1]:$argv[2]");'
        . 'ini_set("session.use_cookies","0");session_id("abc123");session_start();'
        . '$_SESSION["n"]=($_SESSION["n"]??0)+1;echo $_SESSION["n"];';
    foreach (['1', '2', '3'] as $visit) {
        $run = proc_open([PHP_BINARY, '-r', $save, '--', $host, (string)$port], [1 => ['pipe', 'w']], $pipes);
        expect(stream_get_contents($pipes[1]), $visit);
        expect(proc_close($run), 0);
    }
    expect(connect()->ttl('PHPREDIS_SESSION:abc123') > 1000, true);
});

echo "1..$number\n";
exit($failures > 0 ? 1 : 0);
