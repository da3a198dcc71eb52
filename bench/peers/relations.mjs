// @ts-nocheck: the types of drizzle-orm and kysely need what is not installed
// deno-lint-ignore-file explicit-module-boundary-types

/** An eager load with drizzle-orm's relational queries, made anew with each call, or prepared once. */
export function drizzleLoads({ drizzle, core, orm }, db) {
  const authors = core.sqliteTable("authors", {
    id: core.integer().primaryKey(),
    name: core.text().notNull(),
  });
  const books = core.sqliteTable("books", {
    id: core.integer().primaryKey(),
    title: core.text().notNull(),
    price: core.real(),
    authorId: core.integer().notNull(),
  });
  const schema = {
    authors,
    books,
    authorsRelations: orm.relations(authors, ({ many }) => ({ books: many(books) })),
    booksRelations: orm.relations(books, ({ one }) => ({
      author: one(authors, { fields: [books.authorId], references: [authors.id] }),
    })),
  };
  const client = drizzle({ client: db, schema });
  const query = (most) =>
    client.query.authors.findMany({
      where: orm.lte(authors.id, most),
      orderBy: orm.asc(authors.id),
      with: { books: { orderBy: orm.asc(books.id) } },
    });
  const once = query(orm.sql.placeholder("most")).prepare();
  return [
    { name: "drizzle 0.45", load: (most) => query(most).sync() },
    {
      name: "drizzle 0.45, prepared",
      load: (most) => once.execute({ most }).sync?.() ?? once.execute({ most }),
    },
  ];
}

/** The same with kysely, whose documentation reads related rows as JSON. */
export function kyselyLoads({ Kysely, SqliteDialect }, { jsonArrayFrom }, db) {
  const database = {
    close: () => db.close(),
    prepare(sql) {
      const statement = db.prepare(sql);
      return { reader: true, all: (values) => statement.all(...values) };
    },
  };
  const kysely = new Kysely({ dialect: new SqliteDialect({ database }) });
  const load = async (most) => {
    const rows = await kysely.selectFrom("authors").select((eb) => [
      "id",
      "name",
      jsonArrayFrom(
        eb.selectFrom("books").select(["id", "title", "price", "authorId"]).whereRef(
          "books.authorId",
          "=",
          "authors.id",
        )
          .orderBy("books.id"),
      ).as("books"),
    ]).where("id", "<=", most).orderBy("id").execute();
    for (const row of rows) row.books = JSON.parse(row.books);
    return rows;
  };
  return [{ name: "kysely", load }];
}
