import { type AsyncDriver, DataTypes, type DynamicModel, type ORM } from "../../mod.ts";

const { BOOLEAN, DATE, DATETIME, INTEGER, JSON, REAL, TEXT } = DataTypes;

type Row = Record<string, unknown>;

/** What another library, or a well-known database, has made: recorded, as facts. */
interface Owner {
  readonly owner: string;
  /** The statements that made it. */
  readonly ddl: string;
  /** The rows that it stored. */
  readonly rows: string;
  /** How the models are named. */
  readonly naming?: "snake_case";
  /** Defines its models. @returns The one that is looked at. */
  readonly define: (orm: ORM<AsyncDriver>) => DynamicModel<"async">;
  /** Its rows. */
  readonly read: readonly Row[];
  /** Rows that are created; the first column of the first is what pages are ordered by. */
  readonly create: readonly Row[];
  /** What its owner reads then. */
  readonly theirs: { readonly sql: string; readonly rows: readonly Row[] };
}

const key = { type: INTEGER, primaryKey: true, autoIncrement: true } as const;
const text = { type: TEXT, notNull: true } as const;
const flag = { type: BOOLEAN, notNull: true } as const;
const at = (value: string): Date => new Date(value);
const looked = (model: unknown): DynamicModel<"async"> => model as DynamicModel<"async">;

/** The databases of others. */
export const OWNERS: readonly Owner[] = [
  {
    owner: "Django",
    ddl:
      `CREATE TABLE "auth_user" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "password" varchar(128) NOT NULL,
  "last_login" datetime NULL, "is_superuser" bool NOT NULL, "username" varchar(150) NOT NULL UNIQUE);
CREATE TABLE "shop_order" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "total" decimal NOT NULL, "placed" date NOT NULL,
  "paid_at" datetime NULL, "gift" bool NOT NULL, "meta" text NOT NULL CHECK ((JSON_VALID("meta") OR "meta" IS NULL)),
  "count" integer unsigned NOT NULL CHECK ("count" >= 0),
  "user_id" integer NOT NULL REFERENCES "auth_user" ("id") DEFERRABLE INITIALLY DEFERRED);
CREATE INDEX "shop_order_user_id_1a2b" ON "shop_order" ("user_id");`,
    rows: `INSERT INTO auth_user VALUES (1, '!', NULL, 1, 'ada');
INSERT INTO shop_order VALUES (1, 12.5, '2024-02-29', '2024-02-29 12:34:56.789012', 0, '{"a": 1}', 2, 1);`,
    naming: "snake_case",
    define(orm) {
      orm.define("app", "auth_user", {
        id: key,
        username: { ...text, unique: true },
        password: text,
        isSuperuser: flag,
      });
      return looked(orm.define("app", "shopOrder", {
        id: key,
        total: { type: REAL, notNull: true },
        placed: { type: DATE, notNull: true },
        paidAt: { type: DATETIME },
        gift: flag,
        meta: { type: JSON, notNull: true },
        count: { type: INTEGER, notNull: true },
        userId: { type: INTEGER, notNull: true, references: { table: "auth_user", column: "id" } },
      }));
    },
    read: [{
      id: 1,
      total: 12.5,
      placed: at("2024-02-29"),
      paidAt: at("2024-02-29T12:34:56.789Z"),
      gift: false,
      meta: { a: 1 },
      count: 2,
      userId: 1,
    }],
    create: [
      {
        placed: at("2024-03-01"),
        paidAt: at("2024-03-01T00:00:00.5Z"),
        total: 3,
        gift: true,
        meta: [],
        count: 1,
        userId: 1,
      },
      { placed: at("2024-03-02"), total: 1.25, gift: true, meta: {}, count: 1, userId: 1 },
    ],
    theirs: {
      sql: `SELECT total, placed, paid_at, gift, meta FROM shop_order WHERE id > 1 ORDER BY id`,
      rows: [
        { total: 3, placed: "2024-03-01", paid_at: "2024-03-01 00:00:00.500000", gift: 1, meta: "[]" },
        { total: 1.25, placed: "2024-03-02", paid_at: null, gift: 1, meta: "{}" },
      ],
    },
  },
  {
    owner: "Rails",
    ddl:
      `CREATE TABLE "users" ("id" integer PRIMARY KEY AUTOINCREMENT NOT NULL, "email" varchar NOT NULL, "admin" boolean DEFAULT 0 NOT NULL,
  "balance" decimal(10,2), "settings" json, "created_at" datetime(6) NOT NULL, "updated_at" datetime(6) NOT NULL);
CREATE UNIQUE INDEX "index_users_on_email" ON "users" ("email");
CREATE TABLE "schema_migrations" ("version" varchar NOT NULL PRIMARY KEY);`,
    rows:
      `INSERT INTO users VALUES (1, 'a@x', 1, 5, '{"dark":true}', '2024-02-29 12:34:56.789012', '2024-02-29 12:34:56');`,
    naming: "snake_case",
    define: (orm) =>
      looked(orm.define("app", "users", {
        id: key,
        email: { ...text, unique: true },
        admin: flag,
        balance: { type: REAL },
        settings: { type: JSON },
        createdAt: { type: DATETIME, notNull: true },
        updatedAt: { type: DATETIME, notNull: true },
      })),
    read: [{
      id: 1,
      email: "a@x",
      admin: true,
      balance: 5,
      settings: { dark: true },
      createdAt: at("2024-02-29T12:34:56.789Z"),
      updatedAt: at("2024-02-29T12:34:56Z"),
    }],
    create: [{ email: "b@x", admin: false, createdAt: at("2024-03-01"), updatedAt: at("2024-03-01") }],
    theirs: {
      sql: "SELECT email, admin, created_at FROM users WHERE id = 2",
      rows: [{ email: "b@x", admin: 0, created_at: "2024-03-01 00:00:00.000000" }],
    },
  },
  {
    owner: "Prisma",
    ddl: `CREATE TABLE "User" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "email" TEXT NOT NULL);
CREATE UNIQUE INDEX "User_email_key" ON "User"("email");
CREATE TABLE "Post" ("id" TEXT NOT NULL PRIMARY KEY, "title" TEXT NOT NULL, "published" BOOLEAN NOT NULL DEFAULT false,
  "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP, "rating" REAL, "price" DECIMAL, "views" BIGINT, "authorId" INTEGER NOT NULL,
  CONSTRAINT "Post_authorId_fkey" FOREIGN KEY ("authorId") REFERENCES "User" ("id") ON DELETE RESTRICT ON UPDATE CASCADE);`,
    rows:
      `INSERT INTO User VALUES (1, 'a@x'); INSERT INTO Post VALUES ('c1', 'Hi', 1, 1709210096789, 4.5, 2, 9007199254740993, 1);`,
    define(orm) {
      orm.define("app", "User", { id: key, email: { ...text, unique: true } });
      return looked(orm.define("app", "Post", {
        id: { type: TEXT, primaryKey: true },
        title: text,
        published: flag,
        createdAt: { type: DATETIME, notNull: true },
        rating: { type: REAL },
        price: { type: REAL },
        views: { type: INTEGER, bigint: true },
        authorId: {
          type: INTEGER,
          notNull: true,
          references: { table: "User", column: "id", onDelete: "RESTRICT", onUpdate: "CASCADE" },
        },
      }));
    },
    read: [{
      id: "c1",
      title: "Hi",
      published: true,
      createdAt: at("2024-02-29T12:34:56.789Z"),
      rating: 4.5,
      price: 2,
      views: 9007199254740993n,
      authorId: 1,
    }],
    create: [{ id: "c2", title: "Ho", published: false, createdAt: at("2024-03-01"), authorId: 1 }],
    theirs: {
      sql: "SELECT id, published, createdAt, typeof(createdAt) AS t FROM Post WHERE id = 'c2'",
      rows: [{ id: "c2", published: 0, createdAt: 1709251200000, t: "integer" }],
    },
  },
  {
    owner: "drizzle",
    ddl:
      "CREATE TABLE `users` (`id` integer PRIMARY KEY NOT NULL, `full_name` text NOT NULL, `created` integer DEFAULT (unixepoch()) NOT NULL, " +
      "`active` integer DEFAULT true, `prefs` text, `score` real, `avatar` blob); CREATE UNIQUE INDEX `users_full_name_unique` ON `users` (`full_name`);",
    rows: "INSERT INTO users (id, full_name, created, prefs) VALUES (1, 'Ada', 1709210096, '{\"a\":[1]}');",
    naming: "snake_case",
    define: (orm) =>
      looked(orm.define("app", "users", {
        id: key,
        fullName: { ...text, unique: true },
        created: { type: DATETIME, notNull: true, stored: "seconds" },
        active: { type: BOOLEAN },
        prefs: { type: JSON },
        score: { type: REAL },
        avatar: { type: DataTypes.BLOB },
      })),
    read: [{
      id: 1,
      fullName: "Ada",
      created: at("2024-02-29T12:34:56Z"),
      active: true,
      prefs: { a: [1] },
      score: null,
      avatar: null,
    }],
    create: [{ fullName: "Bob", created: at("2024-03-01"), score: 1, avatar: new Uint8Array([1]) }],
    theirs: {
      sql: "SELECT id, full_name, created FROM users WHERE id = 2",
      rows: [{ id: 2, full_name: "Bob", created: 1709251200 }],
    },
  },
  {
    owner: "TypeORM",
    ddl: `CREATE TABLE "album" ("id" varchar PRIMARY KEY NOT NULL, "name" varchar NOT NULL);
CREATE TABLE "photo" ("id" integer PRIMARY KEY AUTOINCREMENT NOT NULL, "name" varchar(100) NOT NULL, "views" integer NOT NULL DEFAULT (0),
  "isPublished" boolean NOT NULL DEFAULT (1), "createdAt" datetime NOT NULL DEFAULT (datetime('now')), "tags" text, "albumId" varchar,
  CONSTRAINT "UQ_1" UNIQUE ("name"),
  CONSTRAINT "FK_1" FOREIGN KEY ("albumId") REFERENCES "album" ("id") ON DELETE CASCADE ON UPDATE NO ACTION);`,
    rows:
      `INSERT INTO album VALUES ('u-1', 'Walks'); INSERT INTO photo VALUES (1, 'Tree', 3, 1, '2024-02-29 12:34:56', 'a,b', 'u-1');`,
    define(orm) {
      orm.define("app", "album", { id: { type: TEXT, primaryKey: true }, name: text });
      return looked(orm.define("app", "photo", {
        id: key,
        name: { ...text, unique: true },
        views: { type: INTEGER, notNull: true, default: 0 },
        isPublished: flag,
        createdAt: { type: DATETIME, notNull: true },
        albumId: { type: TEXT, references: { table: "album", column: "id", onDelete: "CASCADE" } },
      }));
    },
    read: [{
      id: 1,
      name: "Tree",
      views: 3,
      isPublished: true,
      createdAt: at("2024-02-29T12:34:56Z"),
      albumId: "u-1",
    }],
    create: [{ name: "Bush", isPublished: false, createdAt: at("2024-03-01"), albumId: null }],
    theirs: {
      sql: "SELECT name, views, isPublished, createdAt, tags FROM photo WHERE id = 2",
      rows: [{ name: "Bush", views: 0, isPublished: 0, createdAt: "2024-03-01 00:00:00", tags: null }],
    },
  },
  {
    owner: "Chinook",
    ddl:
      `CREATE TABLE [Album] ([AlbumId] INTEGER NOT NULL, [Title] NVARCHAR(160) NOT NULL, CONSTRAINT [PK_Album] PRIMARY KEY ([AlbumId]));
CREATE TABLE [Track] ([TrackId] INTEGER NOT NULL, [Name] NVARCHAR(200) NOT NULL, [AlbumId] INTEGER, [Composer] NVARCHAR(220),
  [Milliseconds] INTEGER NOT NULL, [UnitPrice] NUMERIC(10,2) NOT NULL, CONSTRAINT [PK_Track] PRIMARY KEY ([TrackId]),
  FOREIGN KEY ([AlbumId]) REFERENCES [Album] ([AlbumId]) ON DELETE NO ACTION ON UPDATE NO ACTION);
CREATE INDEX [IFK_TrackAlbumId] ON [Track] ([AlbumId]);`,
    rows: "INSERT INTO Album VALUES (1, 'One'); INSERT INTO Track VALUES (1, 'Song', 1, NULL, 343719, 0.99);",
    define(orm) {
      orm.define("app", "Album", { id: { ...key, column: "AlbumId" }, title: { ...text, column: "Title" } });
      return looked(orm.define("app", "Track", {
        id: { ...key, column: "TrackId" },
        name: { ...text, column: "Name" },
        albumId: { type: INTEGER, column: "AlbumId", references: { table: "Album", column: "id" } },
        milliseconds: { type: INTEGER, notNull: true, column: "Milliseconds" },
        unitPrice: { type: REAL, notNull: true, column: "UnitPrice" },
      }));
    },
    read: [{ id: 1, name: "Song", albumId: 1, milliseconds: 343719, unitPrice: 0.99 }],
    create: [{ name: "Air", albumId: 1, milliseconds: 1, unitPrice: 1 }],
    theirs: {
      sql: "SELECT TrackId, Name, Composer, UnitPrice FROM Track WHERE TrackId = 2",
      rows: [{ TrackId: 2, Name: "Air", Composer: null, UnitPrice: 1 }],
    },
  },
  {
    owner: "Northwind",
    ddl: `CREATE TABLE [Customers] ([CustomerID] TEXT, [CompanyName] TEXT, PRIMARY KEY (\`CustomerID\`));
CREATE TABLE [Orders] ([OrderID] INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, [CustomerID] TEXT, [OrderDate] DATETIME, [Freight] NUMERIC DEFAULT 0,
  FOREIGN KEY ([CustomerID]) REFERENCES [Customers] ([CustomerID]) ON DELETE NO ACTION ON UPDATE NO ACTION);
CREATE TABLE [Order Details] ("OrderID" INTEGER NOT NULL, "ProductID" INTEGER NOT NULL, "Unit Price" NUMERIC NOT NULL DEFAULT 0,
  "Quantity" INTEGER NOT NULL DEFAULT 1, "Discount" REAL NOT NULL DEFAULT 0, PRIMARY KEY ("OrderID", "ProductID"),
  CHECK ([Discount] >= (0) AND [Discount] <= (1)), CHECK ([Quantity] > (0)),
  FOREIGN KEY ([OrderID]) REFERENCES [Orders] ([OrderID]) ON DELETE NO ACTION ON UPDATE NO ACTION,
  FOREIGN KEY ([ProductID]) REFERENCES [Products] ([ProductID]) ON DELETE NO ACTION ON UPDATE NO ACTION);
CREATE TABLE [Products] ("ProductID" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "ProductName" TEXT NOT NULL);
CREATE VIEW [Invoices] AS SELECT OrderID FROM Orders;`,
    rows:
      `INSERT INTO Customers VALUES ('ALFKI', 'Alfreds'); INSERT INTO Orders VALUES (1, 'ALFKI', '2016-07-04', 2);
INSERT INTO Products VALUES (11, 'Queso'), (12, 'Mee'); INSERT INTO [Order Details] VALUES (1, 11, 14, 12, 0.15);`,
    define(orm) {
      orm.define("app", "Customers", { id: { type: TEXT, primaryKey: true, column: "CustomerID" } });
      orm.define("app", "Orders", {
        id: { ...key, column: "OrderID" },
        customer: { type: TEXT, column: "CustomerID", references: { table: "Customers", column: "id" } },
        date: { type: DATE, column: "OrderDate" },
      });
      return looked(orm.define("app", "Order Details", {
        order: {
          type: INTEGER,
          primaryKey: true,
          column: "OrderID",
          references: { table: "Orders", column: "id" },
        },
        product: { type: INTEGER, primaryKey: true, column: "ProductID" },
        unitPrice: { type: REAL, notNull: true, column: "Unit Price" },
        quantity: { type: INTEGER, notNull: true, default: 1, column: "Quantity" },
      }));
    },
    read: [{ order: 1, product: 11, unitPrice: 14, quantity: 12 }],
    create: [{ order: 1, product: 12, unitPrice: 9.8 }],
    theirs: {
      sql: "SELECT * FROM [Order Details] WHERE ProductID = 12",
      rows: [{ OrderID: 1, ProductID: 12, "Unit Price": 9.8, Quantity: 1, Discount: 0 }],
    },
  },
];
