CREATE INDEX CONCURRENTLY large_id ON large (id);
