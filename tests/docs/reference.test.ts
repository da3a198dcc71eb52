import { assertEquals } from "@std/assert";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Model, ORM, View } from "../../mod.ts";
import { test } from "../support/runner.ts";
import { root } from "./programs.ts";

test("documentation: the reference names every method of a model and of the ORM", () => {
  const page = readFileSync(join(root, "docs/reference.md"), "utf8");
  const methods = [View, Model, ORM].flatMap(({ prototype }) => Object.getOwnPropertyNames(prototype));
  const missing = methods.filter((name) => name !== "constructor" && !new RegExp(`\`${name}\\b`).test(page));
  assertEquals(missing, []);
});
