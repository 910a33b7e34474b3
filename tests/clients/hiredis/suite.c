/* What users of hiredis do, against a live server: formatted and binary commands, pipelines by append and get-reply,
 * transactions, subscriptions, and RESP as it lies on the wire. Usage: suite HOST PORT. Prints TAP; flushes the server. */
#define _DEFAULT_SOURCE
#include <hiredis/hiredis.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const char *host;
static int port;
static const char *only;
static int number, failures, broken;
static char what[512];

/* Records the first thing that was not as expected; the test goes on to its end, where it is reported. */
static int check(int holds, const char *text, int line) {
    if (!holds && !broken) {
        broken = 1;
        snprintf(what, sizeof what, "line %d: %s", line, text);
    }
    return holds;
}
#define CHECK(condition) check((condition) ? 1 : 0, #condition, __LINE__)

static redisContext *open_connection(void) {
    struct timeval limit = {10, 0};
    redisContext *c = redisConnectWithTimeout(host, port, limit);
    if (c == NULL || c->err) {
        fprintf(stderr, "cannot connect: %s\n", c ? c->errstr : "no memory");
        exit(2);
    }
    redisSetTimeout(c, limit);
    return c;
}

static redisReply *call(redisContext *c, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    redisReply *r = redisvCommand(c, format, arguments);
    va_end(arguments);
    if (r == NULL) {
        check(0, c->errstr[0] ? c->errstr : "no reply", __LINE__);
        r = calloc(1, sizeof *r);
        r->type = -1;
    }
    return r;
}

static int is_text(redisReply *r, int type, const char *text) {
    int same = r->type == type && r->str != NULL && strcmp(r->str, text) == 0;
    freeReplyObject(r);
    return same;
}

static int is_status(redisReply *r, const char *text) { return is_text(r, REDIS_REPLY_STATUS, text); }
static int is_string(redisReply *r, const char *text) { return is_text(r, REDIS_REPLY_STRING, text); }

static int is_error(redisReply *r, const char *start) {
    int same = r->type == REDIS_REPLY_ERROR && strncmp(r->str, start, strlen(start)) == 0;
    freeReplyObject(r);
    return same;
}

static int is_integer(redisReply *r, long long value) {
    int same = r->type == REDIS_REPLY_INTEGER && r->integer == value;
    freeReplyObject(r);
    return same;
}

static int is_nil(redisReply *r) {
    int same = r->type == REDIS_REPLY_NIL;
    freeReplyObject(r);
    return same;
}

static void strings(void) {
    redisContext *c = open_connection();
    CHECK(is_status(call(c, "PING"), "PONG"));
    CHECK(is_string(call(c, "PING %s", "hello world"), "hello world"));
    CHECK(is_status(call(c, "SET %s %s", "key", "value"), "OK"));
    CHECK(is_string(call(c, "GET key"), "value"));
    CHECK(is_nil(call(c, "GET nosuchkey")));
    CHECK(is_status(call(c, "SET empty %s", ""), "OK"));
    CHECK(is_string(call(c, "GET empty"), ""));
    freeReplyObject(call(c, "DEL counter"));
    CHECK(is_integer(call(c, "INCRBY counter 41"), 41));
    CHECK(is_integer(call(c, "INCR counter"), 42));
    CHECK(is_integer(call(c, "APPEND key %b", "\0x", (size_t)2), 7));
    CHECK(is_integer(call(c, "EXISTS key empty nosuchkey"), 2));
    redisFree(c);
}

static void binary(void) {
    redisContext *c = open_connection();
    char bytes[256];
    for (int i = 0; i < 256; i++) {
        bytes[i] = (char)i;
    }
    CHECK(is_status(call(c, "SET %b %b", bytes, sizeof bytes, bytes, sizeof bytes), "OK"));
    redisReply *r = call(c, "GET %b", bytes, sizeof bytes);
    CHECK(r->type == REDIS_REPLY_STRING && r->len == sizeof bytes && memcmp(r->str, bytes, sizeof bytes) == 0);
    freeReplyObject(r);
    const char *argv[] = {"SET", "", ""};
    const size_t lengths[] = {3, 0, 0};
    CHECK(is_status(redisCommandArgv(c, 3, argv, lengths), "OK"));
    argv[0] = "GET";
    CHECK(is_string(redisCommandArgv(c, 2, argv, lengths), ""));
    redisFree(c);
}

static void ten_megabytes(void) {
    redisContext *c = open_connection();
    size_t size = 10 * 1024 * 1024;
    char *value = malloc(size);
    for (size_t i = 0; i < size; i++) {
        value[i] = (char)(i * 2654435761u >> 13);
    }
    CHECK(is_status(call(c, "SET large %b", value, size), "OK"));
    redisReply *r = call(c, "GET large");
    CHECK(r->type == REDIS_REPLY_STRING && r->len == size && memcmp(r->str, value, size) == 0);
    freeReplyObject(r);
    CHECK(is_integer(call(c, "DEL large"), 1));
    free(value);
    redisFree(c);
}

static void pipeline(void) {
    redisContext *c = open_connection();
    for (int i = 0; i < 10000; i++) {
        redisAppendCommand(c, "SET p:%d %d", i, i);
        redisAppendCommand(c, "GET p:%d", i);
    }
    for (int i = 0; i < 10000; i++) {
        redisReply *r = NULL;
        char text[16];
        CHECK(redisGetReply(c, (void **)&r) == REDIS_OK);
        CHECK(r != NULL && is_status(r, "OK"));
        r = NULL;
        CHECK(redisGetReply(c, (void **)&r) == REDIS_OK);
        snprintf(text, sizeof text, "%d", i);
        CHECK(r != NULL && is_string(r, text));
        if (broken) {
            break;
        }
    }
    redisFree(c);
}

static void errors(void) {
    redisContext *c = open_connection();
    CHECK(is_status(call(c, "SET s text"), "OK"));
    CHECK(is_error(call(c, "HGET s f"), "WRONGTYPE Operation against a key holding the wrong kind of value"));
    CHECK(is_error(call(c, "INCR s"), "ERR value is not an integer or out of range"));
    CHECK(is_error(call(c, "NOSUCH a b"), "ERR unknown command 'NOSUCH', with args beginning with: 'a' 'b'"));
    CHECK(is_error(call(c, "GET"), "ERR wrong number of arguments for 'get' command"));
    CHECK(is_error(call(c, "SET s v EX nine"), "ERR value is not an integer or out of range"));
    CHECK(is_error(call(c, "SET s v BAD"), "ERR syntax error"));
    CHECK(is_error(call(c, "EXEC"), "ERR EXEC without MULTI"));
    CHECK(is_error(call(c, "HELLO 9"), "NOPROTO"));
    CHECK(is_string(call(c, "GET s"), "text"));
    redisFree(c);
}

static void transactions(void) {
    redisContext *c = open_connection(), *other = open_connection();
    CHECK(is_status(call(c, "SET t 1"), "OK"));
    CHECK(is_status(call(c, "MULTI"), "OK"));
    CHECK(is_status(call(c, "INCR t"), "QUEUED"));
    CHECK(is_status(call(c, "HGET t f"), "QUEUED"));
    CHECK(is_status(call(c, "GET t"), "QUEUED"));
    redisReply *r = call(c, "EXEC");
    if (CHECK(r->type == REDIS_REPLY_ARRAY && r->elements == 3)) {
        CHECK(r->element[0]->integer == 2);
        CHECK(r->element[1]->type == REDIS_REPLY_ERROR);
        CHECK(strcmp(r->element[2]->str, "2") == 0);
    }
    freeReplyObject(r);
    CHECK(is_status(call(c, "WATCH t"), "OK"));
    CHECK(is_integer(call(other, "INCR t"), 3));
    CHECK(is_status(call(c, "MULTI"), "OK"));
    CHECK(is_status(call(c, "SET t lost"), "QUEUED"));
    CHECK(is_nil(call(c, "EXEC")));
    CHECK(is_string(call(c, "GET t"), "3"));
    CHECK(is_status(call(c, "MULTI"), "OK"));
    CHECK(is_error(call(c, "NOSUCH"), "ERR unknown command"));
    CHECK(is_error(call(c, "EXEC"), "EXECABORT"));
    CHECK(is_status(call(c, "MULTI"), "OK"));
    CHECK(is_status(call(c, "DISCARD"), "OK"));
    redisFree(c);
    redisFree(other);
}

static void hashes(void) {
    redisContext *c = open_connection();
    freeReplyObject(call(c, "DEL h"));
    CHECK(is_integer(call(c, "HSET h a 1 b %b c %s", "\0\xff", (size_t)2, ""), 3));
    CHECK(is_string(call(c, "HGET h a"), "1"));
    CHECK(is_nil(call(c, "HGET h none")));
    redisReply *r = call(c, "HGETALL h");
    CHECK(r->type == REDIS_REPLY_ARRAY && r->elements == 6);
    freeReplyObject(r);
    r = call(c, "HMGET h a none c");
    CHECK(r->type == REDIS_REPLY_ARRAY && r->elements == 3 && r->element[1]->type == REDIS_REPLY_NIL);
    freeReplyObject(r);
    CHECK(is_integer(call(c, "HDEL h a b c"), 3));
    CHECK(is_integer(call(c, "EXISTS h"), 0));
    redisFree(c);
}

static void expiry(void) {
    redisContext *c = open_connection();
    CHECK(is_status(call(c, "SET x 1 PX 60"), "OK"));
    for (time_t end = time(NULL) + 5; time(NULL) < end;) {
        redisReply *r = call(c, "GET x");
        int gone = r->type == REDIS_REPLY_NIL;
        freeReplyObject(r);
        if (gone) {
            break;
        }
        usleep(5000);
    }
    CHECK(is_integer(call(c, "TTL x"), -2));
    CHECK(is_status(call(c, "SET x 1"), "OK"));
    CHECK(is_integer(call(c, "TTL x"), -1));
    CHECK(is_integer(call(c, "EXPIRE x 100"), 1));
    CHECK(is_integer(call(c, "PERSIST x"), 1));
    redisFree(c);
}

static void scan(void) {
    redisContext *c = open_connection();
    char seen[2000] = {0}, cursor[32] = "0";
    int found = 0;
    freeReplyObject(call(c, "FLUSHALL"));
    for (int i = 0; i < 2000; i++) {
        redisAppendCommand(c, "SET scan:%d v", i);
    }
    for (int i = 0; i < 2000; i++) {
        redisReply *r = NULL;
        CHECK(redisGetReply(c, (void **)&r) == REDIS_OK);
        freeReplyObject(r);
    }
    do {
        redisReply *r = call(c, "SCAN %s MATCH scan:* COUNT 100", cursor);
        if (!CHECK(r->type == REDIS_REPLY_ARRAY && r->elements == 2)) {
            break;
        }
        snprintf(cursor, sizeof cursor, "%s", r->element[0]->str);
        for (size_t i = 0; i < r->element[1]->elements; i++) {
            int key = atoi(r->element[1]->element[i]->str + 5);
            found += !seen[key];
            seen[key] = 1;
        }
        freeReplyObject(r);
    } while (strcmp(cursor, "0") != 0);
    CHECK(found == 2000);
    CHECK(is_integer(call(c, "DBSIZE"), 2000));
    redisFree(c);
}

static void subscriptions(void) {
    redisContext *c = open_connection(), *s = open_connection();
    redisReply *r = call(s, "SUBSCRIBE news");
    CHECK(r->type == REDIS_REPLY_ARRAY && r->elements == 3 && strcmp(r->element[0]->str, "subscribe") == 0);
    freeReplyObject(r);
    CHECK(is_error(call(s, "GET key"), "ERR Can't execute 'get': only (P|S)SUBSCRIBE"));
    CHECK(is_integer(call(c, "PUBLISH news %b", "\0\r\n", (size_t)3), 1));
    r = NULL;
    if (CHECK(redisGetReply(s, (void **)&r) == REDIS_OK && r != NULL)) {
        CHECK(r->elements == 3 && strcmp(r->element[0]->str, "message") == 0);
        CHECK(r->elements == 3 && r->element[2]->len == 3 && memcmp(r->element[2]->str, "\0\r\n", 3) == 0);
        freeReplyObject(r);
    }
    r = call(s, "UNSUBSCRIBE news");
    CHECK(r->type == REDIS_REPLY_ARRAY && r->elements == 3 && r->element[2]->integer == 0);
    freeReplyObject(r);
    CHECK(is_status(call(s, "PING"), "PONG"));
    redisFree(c);
    redisFree(s);
}

static void reconnect(void) {
    redisContext *c = open_connection(), *other = open_connection();
    redisReply *r = call(c, "CLIENT ID");
    long long id = r->integer;
    freeReplyObject(r);
    CHECK(is_integer(call(other, "CLIENT KILL ID %lld", id), 1));
    r = redisCommand(c, "PING");
    CHECK(r == NULL && c->err != 0);
    freeReplyObject(r);
    CHECK(redisReconnect(c) == REDIS_OK);
    CHECK(is_status(call(c, "PING"), "PONG"));
    CHECK(is_status(call(c, "QUIT"), "OK"));
    redisFree(c);
    redisFree(other);
}

static void run(const char *name, void (*body)(void)) {
    if (only != NULL && strstr(name, only) == NULL) {
        return;
    }
    broken = 0;
    body();
    printf("%s %d - %s\n", broken ? "not ok" : "ok", ++number, name);
    if (broken) {
        failures++;
        printf("# %s\n", what);
    }
    fflush(stdout);
}

int main(int argc, char **argv) {
    if (argc != 3) {
        fprintf(stderr, "usage: suite HOST PORT\n");
        return 2;
    }
    host = argv[1];
    port = atoi(argv[2]);
    only = getenv("ONLY");
    run("strings", strings);
    run("binary and empty keys and values", binary);
    run("ten megabytes", ten_megabytes);
    run("pipeline of ten thousand", pipeline);
    run("errors", errors);
    run("transactions and watch", transactions);
    run("hashes", hashes);
    run("expiry", expiry);
    run("scan", scan);
    run("publish and subscribe", subscriptions);
    run("reconnect after CLIENT KILL", reconnect);
    printf("1..%d\n", number);
    return failures > 0;
}
