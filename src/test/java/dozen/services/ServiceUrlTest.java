package dozen.services;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dozen.config.Secret;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Addresses of backing services as platforms, compose files and people write them. */
class ServiceUrlTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                // address                                          | user | password | hosts                   | path
                "postgres://u:pw@db.example.com:5433/shop           | u    | pw       | db.example.com:5433     | shop",
                "postgres://u:pw@db.example.com/shop                | u    | pw       | db.example.com:1        | shop",
                "postgres://u:pw@my_postgres/app                    | u    | pw       | my_postgres:1           | app",
                "postgres://u:pw@my_postgres:5432/app               | u    | pw       | my_postgres:5432        | app",
                "postgres://u:pw@h1:5432,h2:5433/app                | u    | pw       | h1:5432,h2:5433         | app",
                "postgres://u:pw@[::1]:5432,[::2]/app               | u    | pw       | [::1]:5432,[::2]:1      | app",
                "redis://one:26379,[::1]:26379/main                 | -    | -        | one:26379,[::1]:26379   | main",
                "postgres://u:pw@h1,h2/app                          | u    | pw       | h1:1,h2:1               | app",
                "postgres://u:p%40ss%2Fw%3Ard@db/app                | u    | p@ss/w:rd | db:1                   | app",
                "postgres://u:a+b@db/app                            | u    | a+b      | db:1                    | app",
                "postgres://u:p@ss@db/app                           | u    | p@ss     | db:1                    | app",
                "postgres://u:p:w@db/app                            | u    | p:w      | db:1                    | app",
                "postgres://u%40tenant:pw@db/app                    | u@tenant | pw   | db:1                    | app",
                "postgres://u@[::1]/app                             | u    | -        | [::1]:1                 | app",
                "postgres://u:pw@[2001:db8::5]:6543/app             | u    | pw       | [2001:db8::5]:6543      | app",
                "postgres://u:pw@127.0.0.1:5432/my%20app            | u    | pw       | 127.0.0.1:5432          | my app",
                "postgres://u:pw@ep-cool-1.eu.aws.neon.tech/app?sslmode=require | u | pw | ep-cool-1.eu.aws.neon.tech:1 | app",
                "redis://redis_1:6379                               | -    | -        | redis_1:6379            | ``",
                "redis://:pw@redis_1:6379/3                         | -    | pw       | redis_1:6379            | 3",
                "rediss://default:pw@cache.example.com:25061        | default | pw    | cache.example.com:25061 | ``",
                "redis://localhost                                  | -    | -        | localhost:1             | ``",
                "redis://h                                          | -    | -        | h:1                     | ``",
                "smtp://mail_catcher:1025                           | -    | -        | mail_catcher:1025       | ``",
                "smtp://apikey:SG.x-_y@smtp.example.net:587         | apikey | SG.x-_y | smtp.example.net:587   | ``",
                "smtps://me%40example.com:pw@smtp.example.com       | me@example.com | pw | smtp.example.com:1    | ``",
                "smtp://smtp.bücher.example                         | -    | -        | smtp.xn--bcher-kva.example:1 | ``",
                "postgres://üser:pä%C3%9F@db/app                    | üser | päß      | db:1                    | app",
            })
    void readsTheAuthorityByItsOwnRules(String text, String user, String password, String hosts, String path) {
        var url = ServiceUrl.parse(text, "an example", _ -> true);
        assertEquals(user, url.user() == null ? "-" : url.user());
        assertEquals(
                password,
                Optional.ofNullable(url.password()).map(Secret::reveal).orElse("-"));
        assertEquals(hosts, url.hosts(1));
        assertEquals(path, url.path());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "postgres://shop:90210/hidden@db.example.com/shop", // a slash in the password
                "postgres://shop:9021/hidden@db.example.com/shop",
                "postgres://shop:hid#den@db.example.com/shop",
                "postgres://shop:hid?den@db.example.com/shop",
                "postgres://shop:5432/x?hidden@db.example.com/shop",
                "postgres://shop:hidden@",
                "postgres://shop:hidden@:5432/shop",
                "postgres://shop:hidden@h1,,h2/shop",
                "postgres://shop:hidden@db:99999/shop",
                "postgres://shop:hidden@db:port/shop",
                "postgres://shop:hid^den@db/shop",
                "postgres://shop:hidden%zz@db/shop",
                "postgres://shop:hid den@db/shop",
                "redis://:hid/den@redis:6379",
                "smtp://me:hid/den@mail:25",
                "hidden",
                "hidden:x",
                ""
            })
    void refusesTheRestWithoutRepeatingAnyOfIt(String text) {
        var fault = assertThrows(IllegalArgumentException.class, () -> ServiceUrl.parse(text, "an example", _ -> true));
        assertFalse(fault.getMessage().matches(".*(hid|den|90210|9021|shop).*"), fault.getMessage());
    }
}
