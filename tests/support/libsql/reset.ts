import { createClient } from "@libsql/client";

/** Removes every table of a server's database. */
export async function resetDatabase(url: string, authToken?: string): Promise<void> {
  const client = createClient({ url, ...(authToken === undefined ? null : { authToken }) });
  try {
    const { rows } = await client.execute(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'libsql_%'",
    );
    if (rows.length === 0) return;
    await client.migrate(rows.map(({ name }) => `DROP TABLE \`${String(name).replaceAll("`", "``")}\``));
  } finally {
    client.close();
  }
}
