import { expectEqual } from "../assertions.ts";
import { promise, type TestCase } from "../test_case.ts";
import type { Row, TestModel } from "../test_model.ts";
import type { World } from "../world.ts";
import { key, library, relate } from "./library.ts";

/** Conditions on related rows together with lists of searches, other names and depth. */
export const relatedLists: readonly TestCase[] = [
  promise("where: a picked list stands in a condition on related rows", picked),
  promise("where: related tables and columns may have other names in the store", names),
  promise("where: conditions on related rows nest deep", deep),
  promise("where: a related table that is dropped, and made anew, is looked at as it is", dropped),
];

const ids = (rows: readonly Row[]): unknown[] => rows.map(({ id }) => id);

async function finds(model: TestModel, where: unknown, expected: readonly number[]): Promise<void> {
  expectEqual(ids(await model.findAll({ where, select: ["id"] })), expected);
  expectEqual(await model.count(where), expected.length);
}

async function picked(world: World): Promise<void> {
  const { Author, Book, BookTag, Tag } = await library(world);
  const gothic = BookTag.pick("bookId", {
    where: { tagId: { $in: Tag.pick("id", { where: { name: "gothic" } }) } },
  });
  await finds(Author, { books: { $some: { id: { $in: gothic } } } }, [1]);
  await finds(Author, { books: { $every: { id: { $in: gothic } } } }, [3]);
  await finds(Author, { $not: { books: { $some: { id: { $notIn: gothic } } } } }, [3]);
  await finds(Author, { books: { $none: { id: { $in: gothic } } }, name: { $ne: "Ada" } }, [3, 4]);
  const cheap = Book.pick("authorId", { where: { price: { $lt: 9 } } });
  await finds(Book, { author: { id: { $in: cheap } } }, [5]);
  await finds(Book, { editorId: { $in: Author.pick("id", { where: { books: { $some: { price: 5 } } } }) } }, [
    1,
  ]);
  await finds(Book, { sequelTo: { $in: BookTag.pick("bookId") } }, [1, 2, 3, 4, 5]);
  await finds(Book, { sequelTo: { $notIn: Book.pick("id", { where: { price: { $gt: 10 } } }) } }, [1, 2, 4]);
  const top = Book.pick("id", { orderBy: [["price", "DESC"]], limit: 1 });
  await finds(Author, { books: { $some: { id: { $in: top } } } }, [1]);
  const byTag = Author.prepare(({ name }) => ({
    where: {
      books: {
        $some: {
          tags: { $some: { name } },
          id: {
            $in: BookTag.pick("bookId", { where: { tagId: { $in: Tag.pick("id", { where: { name } }) } } }),
          },
        },
      },
    },
  }));
  expectEqual(ids(await byTag.findAll({ name: "novel" }) as Row[]), [1]);
  expectEqual(ids(await byTag.findAll({ name: "unused" }) as Row[]), []);
  expectEqual(await Book.update({ price: 0 }, { author: { id: { $in: cheap } } }), 1);
  expectEqual(await Book.count({ price: 0 }), 1);
}

async function names(world: World): Promise<void> {
  const orm = world.newORM({ naming: "snake_case" });
  const House: TestModel = world.define("bigHouses", { id: key, streetName: { type: "TEXT" } }, {
    orm,
    relations: {
      people: relate.hasMany(() => Person, "houseId"),
      pets: relate.through(() => Pet, () => Lodging, "houseId", "petId"),
    },
  });
  const Person: TestModel = world.define("allPeople", {
    id: key,
    fullName: { type: "TEXT", column: "Name" },
    houseId: { type: "INTEGER", references: { table: "bigHouses", column: "id" } },
  }, { orm, relations: { house: relate.belongsTo(() => House, "houseId") } });
  const Pet: TestModel = world.define("pets", { id: key, kind: { type: "TEXT" } }, {
    orm,
    relations: { houses: relate.through(() => House, () => Lodging, "petId", "houseId") },
  });
  const Lodging: TestModel = world.define("petLodgings", {
    houseId: { type: "INTEGER", primaryKey: true, references: { table: "bigHouses", column: "id" } },
    petId: {
      type: "INTEGER",
      primaryKey: true,
      column: "animal",
      references: { table: "pets", column: "id" },
    },
  }, { orm });
  await House.bulkCreate([{ id: 1, streetName: "High" }, { id: 2, streetName: "Low" }]);
  await Person.bulkCreate([{ id: 1, fullName: "Ada", houseId: 1 }, { id: 2, fullName: "Eve" }]);
  await Pet.bulkCreate([{ id: 1, kind: "cat" }, { id: 2, kind: "dog" }]);
  await Lodging.bulkCreate([{ houseId: 1, petId: 1 }, { houseId: 2, petId: 1 }, { houseId: 2, petId: 2 }]);
  await finds(House, { people: { $some: { fullName: "Ada" } } }, [1]);
  await finds(House, { people: { $none: {} } }, [2]);
  await finds(House, { pets: { $some: { kind: { $contains: "o" } } } }, [2]);
  await finds(Person, { house: { streetName: "High", pets: { $every: { kind: "cat" } } } }, [1]);
  await finds(Person, { house: null }, [2]);
  await finds(Pet, { houses: { $some: { people: { $some: { fullName: { $ne: "x" } } } } } }, [1]);
  await finds(Pet, { id: { $in: Lodging.pick("petId", { where: { houseId: 2 } }) } }, [1, 2]);
  expectEqual(await Pet.update({ kind: "lion" }, { houses: { $some: { streetName: "High" } } }), 1);
  expectEqual(
    await Pet.groupBy({ by: ["kind"], aggregates: { n: { count: "*" } }, where: { houses: { $some: {} } } }),
    [
      { kind: "dog", n: 1 },
      { kind: "lion", n: 1 },
    ],
  );
  expectEqual(await Pet.bulkUpdate([{ where: { houses: { $some: { id: 2 } } }, data: { kind: "x" } }]), 2);
  const read: unknown[] = [];
  for await (const row of House.iterate({ where: { people: { $some: {} } } })) read.push(row["id"]);
  expectEqual(read, [1]);
}

async function deep(world: World): Promise<void> {
  const { Author } = await library(world);
  let where: object = { name: "Mary" };
  for (let depth = 0; depth < 10; depth++) where = { books: { $some: { author: where } } };
  await finds(Author, where, [1]);
  await finds(Author, { $not: where }, [2, 3, 4]);
}

async function dropped(world: World): Promise<void> {
  const Leaf: TestModel = world.define("leaves", { id: key, tree: { type: "INTEGER" } });
  const Tree: TestModel = world.define("trees", { id: key });
  await Tree.bulkCreate([{ id: 1 }, { id: 2 }]);
  await Leaf.create({ id: 1, tree: 2 });
  const where = { id: { $in: Leaf.pick("tree") } };
  await finds(Tree, where, [2]);
  await Leaf.drop();
  await finds(Tree, where, []);
  await Leaf.create({ id: 1, tree: 1 });
  await finds(Tree, where, [1]);
}
