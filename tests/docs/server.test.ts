import { assertEquals } from "@std/assert";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { runFile } from "../support/child.ts";
import { runtime, test } from "../support/runner.ts";
import { withTempDir } from "../support/temp_dir.ts";
import { pagePrograms, withLocalImports } from "./programs.ts";

/** What a client sends, and how README's server answers. */
const ANSWERS: readonly (readonly [body: string, status: number])[] = [
  ['{ "title": "first" }', 201],
  ['{ "title": "second", "tags": ["a"] }', 201],
  ['{ "title": "first" }', 409],
  ['{ "title": "third", "id": 9007199254740991, "more": true }', 201],
  ["{}", 400],
  ["null", 400],
  ["[]", 400],
  ['"text"', 400],
  ["not JSON", 400],
  ['{ "title": null }', 400],
  ['{ "title": 5 }', 400],
  ['{ "title": { "$ne": "" } }', 400],
  ['{ "title": "a", "tags": "b" }', 400],
  ['{ "title": "a\\u0000" }', 400],
  ['{ "__proto__": { "title": "a" } }', 400],
];

const name = "README's server answers what a client gets wrong with 4xx, and stores only its columns";
if (runtime === "bun") test(name, () => withTempDir(answers));
else test.skip(name, "it is for Bun");

async function answers(folder: string): Promise<void> {
  const program = pagePrograms().find(({ code, place }) =>
    place.startsWith("README") && code.includes("Bun.serve(")
  );
  const path = join(folder, "program.ts");
  const bodies = JSON.stringify(ANSWERS.map(([body]) => body));
  const code = `${withLocalImports(program?.code ?? "", folder).replace(/port: \d+/, "port: 0")}
const statuses: number[] = [];
for (const body of ${bodies}) {
  statuses.push((await fetch("http://localhost:" + server.port, { method: "POST", body })).status);
}
console.log(JSON.stringify([statuses, Note.findAll()]));
server.stop();
`;
  writeFileSync(path, code);
  const { stdout, stderr } = await runFile(pathToFileURL(path), [], { cwd: folder });
  assertEquals(stderr, "");
  assertEquals(JSON.parse(stdout), [ANSWERS.map(([, status]) => status), [
    { id: 1, title: "first", tags: [] },
    { id: 2, title: "second", tags: ["a"] },
    { id: 3, title: "third", tags: [] },
  ]]);
}
