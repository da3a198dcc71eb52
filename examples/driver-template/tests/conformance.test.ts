import { test } from "node:test";
import { capabilityMatrix, conformance } from "@rinari/orm/testing";
import { TemplateDriver } from "../mod.ts";

const report = await conformance({
  test: (name, fn) => test(name, async () => await fn()),
  skipTest: (name, reason) => test(name, { skip: reason }, () => {}),
  driver: () => new TemplateDriver(),
});

test("capability matrix", () => console.log(capabilityMatrix(report)));
