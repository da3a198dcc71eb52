import { assertEquals, assertMatch } from "@std/assert";
import { runFile } from "../support/child.ts";
import { noServer } from "../support/libsql/server.ts";
import { test } from "../support/runner.ts";

const name = "replica: a write arrives at a copying server and at an embedded replica";
if (noServer !== null) test.skip(name, noServer);
else {
  test(name, async () => {
    const { code, stdout, stderr } = await runFile(new URL("../../examples/replica.ts", import.meta.url));
    assertEquals([code, stderr], [0, ""]);
    assertMatch(stdout, /copying server: +1 row, \d+ ms after the write/);
    assertMatch(stdout, /embedded replica: 2 rows, its own write at once/);
    assertMatch(stdout, /copying server: +2 rows/);
  });
}
