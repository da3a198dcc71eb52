import { assertEquals } from "@std/assert";
import { runFile } from "../support/child.ts";
import { findPlace } from "../support/postgres/places.ts";
import { test } from "../support/runner.ts";

const name = "postgres: the shop runs";
const { skip, options } = await findPlace("server");
if (skip !== null) test.skip(name, skip);
else {
  test(name, async () => {
    const file = new URL("../../examples/custom-driver-postgres/main.ts", import.meta.url);
    const { code, stdout, stderr } = await runFile(file, [options.url as string]);
    assertEquals([code, stderr], [0, ""]);
    assertEquals(stdout.trim().split("\n"), [
      "dark: ada@example.org since 2024-02-29T12:00:00.500Z",
      "total: 9007199254754038n",
      "refused: customers.email, and 3 orders are still there",
      "orders left: 3",
    ]);
  });
}
