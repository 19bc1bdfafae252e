# for videos
# The image that a build without --target makes. Some hosts can set no target, but give their variables to the build.
ARG DOCKER_TARGET
# end
# The first stage builds the jar and a Java runtime with only the modules that it uses. The other stages are the images.
FROM maven:3.9-eclipse-temurin-25 AS build
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends redis-server && rm -rf /var/lib/apt/lists/*
WORKDIR /build
ENV MAVEN_OPTS=-Dmaven.repo.local=/build/.m2
# This layer downloads the dependencies, and is rebuilt only after a change of pom.xml. The markers are deleted, because
# with them the next build would assume that it had already unpacked everything.
COPY pom.xml ./
RUN mvn -q -B -ntp -DskipTests -Ptest-programs package \
    && rm -rf target/app.jar target/classes target/dependency-maven-plugin-markers
COPY src src
RUN mvn -q -B -ntp -DskipTests -Ptest-programs package
RUN modules=$(jdeps --ignore-missing-deps --recursive --multi-release 25 --print-module-deps \
      --class-path "$(echo target/lib/*.jar | tr ' ' ':')" target/app.jar) \
    && jlink --add-modules "$modules" --generate-cds-archive --no-header-files --no-man-pages --compress zip-6 \
      --output /runtime \
    && rm -f /runtime/lib/server/classes_nocoops.jsa
# The start-up cache is recorded from the start and the requests of web, on the runtime that will use it. This does not
# run as root, because PostgreSQL refuses to. The user has an entry in passwd, because PostgreSQL looks up its name.
RUN echo 'app:x:10001:10001::/tmp:/bin/sh' >>/etc/passwd \
    && chown -R 10001:10001 /build \
    && setpriv --reuid=10001 --regid=10001 --clear-groups env HOME=/tmp java --enable-native-access=ALL-UNNAMED \
      -cp "target/test-classes:target/classes:$(cat target/test-classpath)" \
      dev.TrainCache target/app.jar target/app.aot /runtime/bin/java

FROM debian:bookworm-slim AS app
ARG COMMIT
ARG VERSION=unknown
LABEL org.opencontainers.image.title="Academy" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.revision="$COMMIT" \
      org.opencontainers.image.version="$VERSION"
# The commit describes the build. All settings of a deploy come from its environment.
ENV RELEASE_COMMIT="$COMMIT"
WORKDIR /app
COPY --from=build /runtime /runtime
COPY --from=build /build/target/lib target/lib
COPY --from=build /build/target/app.jar /build/target/app.aot target/
COPY deploy/jvm.options deploy/
USER 10001:10001
EXPOSE 8000
STOPSIGNAL SIGTERM
# Web is asked by HTTP. The other types have no port, and their containers end with them.
# for kubernetes
# Kubernetes ignores it.
# end
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s CMD ["bash", "-c", "\
  case \"$(tr '\\0' '\\n' </proc/1/cmdline | tail -n 1)\" in *worker | *scheduler | *release) exit ;; esac; \
  exec 3<>/dev/tcp/127.0.0.1/${PORT:-8000} && printf 'GET /health HTTP/1.0\\r\\n\\r\\n' >&3 && grep -q '200 OK' <&3"]
# The arguments are a process type, or a command such as a line of Procfile, as one word or as several.
ENV PATH=/runtime/bin:/usr/local/bin:/usr/bin:/bin
ENTRYPOINT ["sh", "-c", "\
  case $1 in 'java '*) exec sh -c \"exec $1\" ;; java | sh | */sh | bash | */bash) exec \"$@\" ;; esac; \
  exec java @deploy/jvm.options -jar target/app.jar \"$@\"", "entrypoint"]
CMD ["web"]
# for videos

# The worker has ffmpeg, too.
FROM app AS worker
USER root
RUN apt-get update -qq \
    && apt-get install -y -qq --no-install-recommends ffmpeg \
    && rm -rf /var/lib/apt/lists/*
USER 10001:10001
CMD ["worker"]

# Without --target and DOCKER_TARGET, a build makes the image without ffmpeg, because most process types need no more.
FROM ${DOCKER_TARGET:-app}
# end
