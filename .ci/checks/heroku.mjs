// usage: node heroku.mjs MANIFEST FILE…
// Checks the heroku commands in Markdown files against the manifest in Heroku's package of its CLI: their names, their
// options, and how many arguments they take. The manifest leaves out what the CLI's plugins add, such as "help". It also
// checks broken copies of the files, which must be refused, because a check that can't fail would prove nothing.
import { readFileSync } from "node:fs";

const [manifest, ...files] = process.argv.slice(2);
const known = new Map();
for (const command of Object.values(JSON.parse(readFileSync(manifest, "utf8")).commands)) {
  for (const name of [command.id, ...command.aliases, ...command.hiddenAliases]) known.set(name, command);
}

// Gives what follows a prompt in the blocks, and what stands in backticks outside them. It joins continued lines first.
function lines(markdown) {
  const joined = markdown.replaceAll("\\\n", "");
  const blocks = /^ *```.*?^ *```$/gms;
  const typed = [...joined.matchAll(blocks)].flatMap(([block]) => [...block.matchAll(/^ *\$ (.*)$/gm)]);
  const mentioned = [...joined.replace(blocks, "").matchAll(/`([^`]+)`/g)];
  return [...typed, ...mentioned].map(([, line]) => line.replaceAll("\n", " "));
}

const substitution = String.raw`\$\(((?:[^()]|\([^()]*\))*)\)`;
const quoted = String.raw`"(?:${substitution}|\\.|[^"\\])*"|'[^']*'`;
const token = new RegExp(String.raw`\d*[<>]+|[;&|()]+|#.*|(?:${substitution}|${quoted}|\\.|[^\s"'\\;&|<>()])+`, "g");

// Splits a line into words as a shell does, and gives the heroku commands between its operators and within $(…).
function herokuCommands(line) {
  const commands = [[]];
  for (const [word] of line.matchAll(token)) {
    if (/^(\d*[<>]|[;&|()#])/.test(word)) commands.push([]);
    else if (commands.at(-1).length > 0 || !/^\w+=/.test(word)) commands.at(-1).push(word);
  }
  const inner = [...line.matchAll(new RegExp(substitution, "g"))].flatMap(([, within]) => herokuCommands(within));
  return [...commands.filter((words) => words[0] === "heroku" && words.length > 1), ...inner];
}

function faults([, name, ...words]) {
  const command = known.get(name);
  if (!command) return ["the CLI has no such command"];
  const [args, flags] = [Object.values(command.args), Object.values(command.flags)];
  const [found, given, used] = [[], [], new Set()];
  const strict = command.strict ?? true;
  const runs = !strict && /run|rake|exec/.test(command.id);
  while (words.length > 0) {
    const word = words.shift();
    if (word === "--") {
      given.push(...words.splice(0));
    } else if (!/^-./.test(word)) {
      given.push(word);
      if (runs && given.length >= args.length) break; // The rest belongs to the command that the app runs.
    } else {
      const [, option, rest] = /^(--[^=]+|-.)(.*)$/s.exec(word);
      const names = (flag) => [flag.name, ...(flag.aliases ?? []), ...(flag.allowNo ? [`no-${flag.name}`] : [])];
      const flag = flags.find((each) => option === `-${each.char}` || names(each).some((long) => option === `--${long}`));
      if (!flag) found.push(`it has no option ${option}`);
      else if (flag.type === "option" && !rest && /^(-.*)?$/s.test(words.shift() ?? "")) found.push(`${option} has no value`);
      else if (flag.type === "boolean" && rest && option.startsWith("--")) found.push(`${option} takes no value`);
      else if (flag.type === "boolean" && rest) words.unshift(`-${rest}`);
      used.add(flag);
    }
  }
  // An option that the environment may give, which is the app, may be left out.
  for (const flag of flags) if (flag.required && !flag.env && !used.has(flag)) found.push(`--${flag.name} is missing`);
  for (const arg of args.slice(given.length)) if (arg.required) found.push(`the argument ${arg.name} is missing`);
  if (strict && given.length > args.length) found.push(`it has ${given.length} arguments, of which it takes ${args.length}`);
  return found;
}

function check(markdown) {
  const commands = lines(markdown).flatMap(herokuCommands);
  return commands.flatMap((words) => faults(words).map((fault) => `${words.join(" ")}: ${fault}`));
}

const texts = files.map((file) => readFileSync(file, "utf8"));
const found = texts.flatMap((text, i) => check(text).map((fault) => `${files[i]}: ${fault}`));
const all = texts.join("\n");
const count = lines(all).flatMap(herokuCommands).length;
if (count === 0) found.push("no heroku command was found");
// A broken copy, and how many faults it has at least.
const broken = [
  [all.replace(/(?<=\bheroku )[a-z][\w:-]*/g, "$&-x"), count],
  [all.replace(/(?<=\bheroku )[a-z][\w:-]*/g, "$& --no-such-option"), count],
  [all.replace(/(?<=\bheroku [a-z][\w:-]*)[^\w:\n`-][^\n`]*/g, ""), 1],
  [all + "\n`heroku apps:create ONE 'AND ANOTHER'`", found.length + 1],
];
for (const [copy, least] of broken) if (check(copy).length < least) found.push("a broken copy passes, too");
for (const fault of found) console.error(fault);
console.log(`${count} heroku commands in ${files.join(", ")} were held to the CLI's manifest`);
process.exit(found.length === 0 ? 0 : 1);
