// Railway's "infrastructure as code"; docs/deploy.md tells how to use it. Each process type is a service of the same
// Dockerfile. A service is deployed by itself, and runs the release first, which is safe if several do at once.
import { defineRailway, github, postgres, project, redis, service } from "railway/iac";

// A command replaces the image's ENTRYPOINT.
const app = "/runtime/bin/java @deploy/jvm.options -jar target/app.jar";

export default defineRailway((context) => {
  const database = postgres("postgres");
  const cache = redis("redis");

  const process = (type, { deploy = {}, env = {} } = {}) =>
    service(type, {
      source: github("OWNER/academy"),
      build: { builder: "DOCKERFILE", dockerfilePath: "Dockerfile" },
      deploy: {
        startCommand: `${app} ${type}`,
        preDeployCommand: [`${app} release`],
        drainingSeconds: 30,
        restartPolicyType: "ALWAYS",
        ...deploy,
      },
      env: {
        DATABASE_URL: database.env.DATABASE_URL,
        REDIS_URL: cache.env.REDIS_URL,
        SECRET_KEY: context.shared.SECRET_KEY,
        PUBLIC_URL: context.shared.PUBLIC_URL,
        TRUSTED_PROXY_HOPS: "1",
        LOG_FORMAT: "json",
        ...env,
      },
    });

  return project("academy", {
    resources: [
      database,
      cache,
      process("web", { deploy: { healthcheckPath: "/health/ready", healthcheckTimeout: 60, overlapSeconds: 5 } }),
      process("worker", {
        // for videos
        // The Dockerfile's target with ffmpeg: Railway gives variables to the build, too.
        env: { DOCKER_TARGET: "worker" },
        // end
      }),
      process("scheduler"),
    ],
  });
});
