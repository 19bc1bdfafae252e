package dozen.services;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static redis.clients.jedis.Protocol.Command.CLIENT;
import static redis.clients.jedis.Protocol.Command.CONFIG;
import static redis.clients.jedis.Protocol.Command.REPLICAOF;

import dev.LocalRedis;
import dev.TestServices;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.exceptions.JedisDataException;

/** A Redis that answers, but refuses the command or the connection. */
class RedisRefusalsTest {
    private LocalRedis server;
    private Redis redis;

    @BeforeEach
    void start() throws Exception {
        server = TestServices.startRedis("refusing", 0);
        redis = server.connect();
    }

    @AfterEach
    void stop() {
        redis.close();
        server.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "OOM command not allowed when used memory > 'maxmemory'.",
                "MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk.",
                "NOREPLICAS Not enough good replicas to write.",
                "READONLY You can't write against a read only replica.",
                "LOADING Redis is loading the dataset in memory",
                "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
                "BUSY Redis is busy running a script.",
                "MOVED 3999 127.0.0.1:6381",
                "CLUSTERDOWN The cluster is down",
                "ERR max number of clients reached",
                "ERR The user executing the script can't run this command or subcommand"
            })
    void whatRedisCantDoNowIsNoFaultOfOurs(String answer) {
        assertTrue(ServiceUnavailable.isCauseOf(new JedisDataException(answer)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "WRONGTYPE Operation against a key holding the wrong kind of value",
                "ERR unknown command 'NONSENSE'",
                "ERR syntax error"
            })
    void aWrongCommandIsOurFault(String answer) {
        assertEquals(false, ServiceUnavailable.isCauseOf(new JedisDataException(answer)));
    }

    @Test
    void aFullRedisIsWaitedForAtTheStart() throws Exception {
        redis.client().sendCommand(CONFIG, "SET", "maxclients", "12");
        var others = new ArrayList<Socket>();
        try {
            for (var i = 0; i < 20; i++) others.add(new Socket("127.0.0.1", server.port()));
            var attaching = CompletableFuture.supplyAsync(() -> server.connect(), Thread::startVirtualThread);
            Thread.sleep(1500);
            assertEquals(false, attaching.isDone());
            for (var other : others) other.close();
            attaching.get(15, TimeUnit.SECONDS).close();
        } finally {
            for (var other : others) other.close();
        }
    }

    @Test
    void aServerThatOnlyReadsNowIsConnectedToAnew() {
        redis.ping();
        var connection = redis.client().sendCommand(CLIENT, "ID");
        redis.client().sendCommand(REPLICAOF, "127.0.0.1", "1");
        assertEquals(connection, redis.client().sendCommand(CLIENT, "ID"));
        assertTrue(ServiceUnavailable.isCauseOf(assertThrows(JedisDataException.class, redis::ping)));
        assertNotEquals(connection, redis.client().sendCommand(CLIENT, "ID"));
        redis.client().sendCommand(REPLICAOF, "NO", "ONE");
        redis.ping();
    }

    @Test
    void aPolicyThatMayEvictLogInsIsTold() {
        assertEquals(Optional.empty(), redis.riskyEviction());
        redis.client().sendCommand(CONFIG, "SET", "maxmemory-policy", "volatile-ttl");
        assertEquals(Optional.empty(), redis.riskyEviction());
        redis.client().sendCommand(CONFIG, "SET", "maxmemory-policy", "allkeys-lru");
        assertEquals(Optional.of("allkeys-lru"), redis.riskyEviction());
    }

    @Test
    void aClusterIsRefusedInOneLine() throws Exception {
        try (var cluster = TestServices.startRedis("cluster", 0, "--cluster-enabled", "yes")) {
            var url = Redis.Url.parse(cluster.url());
            var failure =
                    assertThrows(ServiceUnavailable.class, () -> new Redis(new Redis.Settings(url, true, 5)).connect());
            assertEquals(
                    "Redis at 127.0.0.1:%d is a cluster: take the address of a single server".formatted(cluster.port()),
                    failure.getMessage());
        }
    }
}
