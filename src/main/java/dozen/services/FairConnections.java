package dozen.services;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeoutException;
import javax.sql.DataSource;
import org.jdbi.v3.core.ConnectionFactory;

/**
 * Hands out the pool's connections. Callers that have to wait do so here, asleep and in order of arrival: in the pool's
 * own queue virtual threads spin and overtake each other. With 32 callers for 10 connections, p99 is 12 ms instead of
 * 26 (wrk, a read by primary key, two cores).
 */
final class FairConnections implements ConnectionFactory {
    private final DataSource pool;
    private final Semaphore free;
    private final WaitQueue<Void, Void> line = new WaitQueue<>(() -> {});

    FairConnections(DataSource pool, int connections) {
        this.pool = pool;
        this.free = new Semaphore(connections);
    }

    @Override
    public Connection openConnection() throws SQLException {
        if (!line.isEmpty() || !free.tryAcquire()) await();
        try {
            return pool.getConnection();
        } catch (SQLException | RuntimeException e) {
            release();
            throw e;
        }
    }

    @Override
    public void closeConnection(Connection connection) throws SQLException {
        try {
            connection.close();
        } finally {
            release();
        }
    }

    private void await() throws SQLException {
        var turn = line.join(null);
        next(); // a connection may have been released just before
        try {
            turn.await();
        } catch (TimeoutException e) {
            throw new SQLTransientConnectionException("no connection was free within " + WaitQueue.LONGEST_WAIT);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw interrupted();
        }
        if (Thread.currentThread().isInterrupted()) { // an interrupted read would break the connection
            release();
            throw interrupted();
        }
    }

    private static SQLException interrupted() {
        return new SQLTransientConnectionException("interrupted while waiting for a connection");
    }

    private void release() {
        free.release();
        next();
    }

    /** Gives each free connection to the caller that has waited longest. */
    private void next() {
        while (!line.isEmpty() && free.tryAcquire()) {
            var turn = line.poll();
            while (turn != null && !turn.complete(null)) turn = line.poll(); // that caller gave up
            if (turn == null) free.release();
        }
    }
}
