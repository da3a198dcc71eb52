import {
  NotFoundError,
  NotNullConstraintError,
  UniqueConstraintError,
  ValidationError,
} from "../../errors/mod.ts";
import { expectEqual, expectFailure, expectTrue } from "../assertions.ts";
import { take } from "../steps.ts";
import { promise, type TestCase } from "../test_case.ts";
import type { Row, TestModel } from "../test_model.ts";
import type { World } from "../world.ts";
import { key, library, refers, relate } from "./library.ts";

/** Rows that are written by the relations of others. */
export const nestedWrites: readonly TestCase[] = [
  promise("create: stores the rows that hang on a new row, of every kind of relation", creates),
  promise("create: stores nothing when one of the rows cannot be stored", undone),
  promise("create: what makes no sense in with is refused before anything is stored", createMistakes),
  promise("link: joins rows by a table between, once, with what their rows have besides", joins),
  promise("link: takes and gives back rows that refer", takes),
  promise("link: a row that is not there changes nothing", missing),
  promise("link: what makes no sense is refused", linkMistakes),
];

const ids = (rows: unknown): unknown[] => (rows as Row[]).map(({ id }) => id);

async function creates(world: World): Promise<void> {
  const { Author, Book, BookTag } = await library(world);
  const bram = await Author.create({ id: 9, name: "Bram" }, {
    with: {
      books: [{ id: 91, title: "Dracula", price: 3 }, { id: 90, title: "The Lady" }],
      profile: { id: 9, bio: "of Dublin" },
      edited: [],
    },
  });
  expectEqual(bram, {
    id: 9,
    name: "Bram",
    born: null,
    books: [
      { id: 91, title: "Dracula", price: 3, authorId: 9, editorId: null, sequelTo: null },
      { id: 90, title: "The Lady", price: null, authorId: 9, editorId: null, sequelTo: null },
    ],
    profile: { id: 9, bio: "of Dublin", authorId: 9 },
    edited: [],
  });
  const found = await Author.findById(9, { with: { books: true, profile: true } });
  expectEqual([ids(found?.["books"]), (found?.["profile"] as Row)["id"]], [[90, 91], 9]);
  const none = await Author.create({ id: 10, name: "Eve" }, { with: { profile: null } });
  expectEqual(none["profile"], null);
  expectEqual(await Author.create({ id: 11, name: "Una" }, {}), { id: 11, name: "Una", born: null });
  const { Whole, Joint } = defineParts(world);
  const whole = await Whole.create({ id: 1 }, { with: { parts: [{ id: 5 }, { id: 4 }] } });
  expectEqual(ids(whole["parts"]), [5, 4]);
  expectEqual((await Joint.findAll()).map(({ whole, part }) => [whole, part]), [[1, 4], [1, 5]]);
  await world.transaction(function* () {
    yield* take(Author.create({ id: 12, name: "Ann" }, { with: { books: [{ id: 92, title: "Udolpho" }] } }));
    expectEqual(yield* take(Book.count({ authorId: 12 })), 1);
  });
  expectEqual(await Book.count({ authorId: 12 }), 1);
  expectEqual(await BookTag.count(), 6);
}

/** Wholes with parts, joined by rows that are unique. */
function defineParts(world: World): { Whole: TestModel; Part: TestModel; Joint: TestModel } {
  const Whole: TestModel = world.define("wholes", { id: key }, {
    relations: { parts: relate.through(() => Part, () => Joint, "whole", "part") },
  });
  const Part: TestModel = world.define("parts", { id: key });
  const Joint: TestModel = world.define("joints", {
    whole: refers("wholes", { primaryKey: true }),
    part: refers("parts", { primaryKey: true }),
    note: { type: "TEXT" },
  });
  return { Whole, Part, Joint };
}

async function undone(world: World): Promise<void> {
  const { Author, Book } = await library(world);
  await expectFailure(
    () =>
      Author.create({ id: 9, name: "Bram" }, {
        with: { profile: { id: 9, bio: "x" }, books: [{ id: 90, title: "Dracula" }, { id: 91 }] },
      }),
    { error: NotNullConstraintError },
  );
  await expectFailure(
    () =>
      Author.create({ id: 9, name: "Bram" }, {
        with: { books: [{ id: 90, title: "x" }, { id: 1, title: "y" }] },
      }),
    { error: UniqueConstraintError },
  );
  expectEqual([await Author.findById(9), await Book.findById(90)], [null, null]);
}

async function createMistakes(world: World): Promise<void> {
  const { Author, Book } = await library(world);
  const refused = { error: ValidationError, code: "INVALID_OPTIONS", table: "authors" };
  const bad: readonly unknown[] = [
    null,
    5,
    [],
    { wiht: {} },
    { with: [] },
    { with: 5 },
    { with: { boks: [] } },
    { with: { books: {} } },
    { with: { books: [5] } },
    { with: { books: [{ title: "x", authorId: 1 }] } },
    { with: { profile: [{ bio: "x" }] } },
    { with: { profile: 5 } },
  ];
  for (const each of bad) await expectFailure(() => Author.create({ id: 9, name: "x" }, each), refused);
  await expectFailure(
    () => Book.create({ id: 9, title: "x", authorId: 1 }, { with: { author: { name: "x" } } }),
    { error: ValidationError, code: "INVALID_OPTIONS", table: "books" },
  );
  const error = await expectFailure(
    () => Author.create({ id: 9, name: "x" }, { with: { boks: [] } }),
    refused,
  );
  expectTrue(/`books`, `edited`, `profile`/.test(error.message), "it lists the relations there are");
  expectEqual(await Author.count(), 4);
}

async function joins(world: World): Promise<void> {
  await library(world);
  const { Whole, Part, Joint } = defineParts(world);
  await Whole.bulkCreate([{ id: 1 }, { id: 2 }]);
  await Part.bulkCreate([1, 2, 3, 4].map((id) => ({ id })));
  const joined = async (): Promise<unknown[]> =>
    (await Joint.findAll()).map(({ whole, part, note }) => [whole, part, note]);
  expectEqual(await Whole.link(1, "parts", [1, 2], { note: "first" }), 2);
  expectEqual(await Whole.link(1, "parts", [3, 2]), 1);
  expectEqual(await Whole.link(2, "parts", [2]), 1);
  expectEqual(await Whole.link(2, "parts", []), 0);
  expectEqual(await joined(), [[1, 1, "first"], [1, 2, "first"], [1, 3, null], [2, 2, null]]);
  expectEqual(await Whole.unlink(1, "parts", [2, 4]), 1);
  expectEqual(await joined(), [[1, 1, "first"], [1, 3, null], [2, 2, null]]);
  expectEqual(await Whole.relink(1, "parts", [4, 1], { note: "new" }), 2);
  expectEqual(await joined(), [[1, 1, "first"], [1, 4, "new"], [2, 2, null]]);
  expectEqual(await Whole.relink(1, "parts", []), 2);
  expectEqual(await joined(), [[2, 2, null]]);
  expectEqual(await Part.count(), 4);
}

async function takes(world: World): Promise<void> {
  const { Author, Book } = await library(world);
  const edited = async (id: number): Promise<unknown[]> =>
    ids((await Author.findById(id, { with: { edited: true } }))?.["edited"]);
  expectEqual(await Author.link(3, "edited", [2, 3]), 2);
  expectEqual([await edited(3), await edited(2)], [[2, 3], [4]]);
  expectEqual(await Author.link(3, "edited", [2]), 0);
  expectEqual(await Author.unlink(3, "edited", [2, 4]), 1);
  expectEqual([await edited(3), await edited(2)], [[3], [4]]);
  expectEqual(await Author.relink(3, "edited", [1, 5]), 3);
  expectEqual([await edited(3), (await Book.findById(3))?.["editorId"]], [[1, 5], null]);
  expectEqual(await Author.relink(3, "edited", []), 2);
  expectEqual(await edited(3), []);
  expectEqual(await Author.link(3, "profile", [3]), 1);
  expectEqual((await Author.findById(3, { with: { profile: true } }))?.["profile"], {
    id: 3,
    bio: "of nobody",
    authorId: 3,
  });
  expectEqual(await Author.link(3, "books", [1]), 1);
}

async function missing(world: World): Promise<void> {
  const { Author, Book } = await library(world);
  const { Whole, Part, Joint } = defineParts(world);
  await Whole.create({ id: 1 });
  await Part.create({ id: 1 });
  await expectFailure(() => Whole.link(1, "parts", [1, 9]), { error: NotFoundError });
  await expectFailure(() => Whole.link(9, "parts", [1]), { error: NotFoundError });
  await expectFailure(() => Whole.relink(1, "parts", [9]), { error: NotFoundError });
  await expectFailure(() => Author.link(3, "edited", [1, 99]), { error: NotFoundError });
  expectEqual([await Joint.count(), await Book.count({ editorId: 3 })], [0, 0]);
  expectEqual(await Whole.unlink(1, "parts", [9]), 0);
}

async function linkMistakes(world: World): Promise<void> {
  const { Author, Book } = await library(world);
  const refused = { error: ValidationError, code: "INVALID_OPTIONS" };
  await expectFailure(() => Author.link(1, "boks", [1]), refused);
  await expectFailure(() => Author.link(1, "books", 1), refused);
  await expectFailure(() => Author.link(1, "books", [1], { title: "x" }), refused);
  await expectFailure(() => Author.link(1, "profile", [1, 2]), refused);
  await expectFailure(() => Author.unlink(1, "books", [1]), refused);
  await expectFailure(() => Author.relink(1, "books", [1]), refused);
  await expectFailure(() => Author.link(1, "friends", [3], { a: 2 }), refused);
  await expectFailure(() => Book.link(1, "author", [1]), refused);
  // Its rows may join the same two more than once.
  await expectFailure(() => Book.link(1, "tags", [3]), refused);
  await expectFailure(() => Author.link(1, "books", ["x"]), { error: ValidationError });
  await expectFailure(() => Author.link(null, "books", [1]), { error: ValidationError });
  expectEqual(await Author.count({ books: { $some: { id: 1 } } }), 1);
}
