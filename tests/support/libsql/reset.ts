import { createClient } from "@libsql/client";

type Client = ReturnType<typeof createClient>;

const clients = new Map<string, Client>();

/** Removes every table of a server's database. */
export async function resetDatabase(url: string): Promise<void> {
  // One for all: a new one would open connections of its own.
  let client = clients.get(url);
  if (client === undefined) clients.set(url, client = createClient({ url }));
  const { rows } = await client.execute(
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'libsql_%'",
  );
  if (rows.length === 0) return;
  await client.migrate(rows.map(({ name }) => `DROP TABLE \`${String(name).replaceAll("`", "``")}\``));
}
