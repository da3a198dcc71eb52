import { DenoKVDriver, type KVStore } from "../drivers/deno_kv.ts";
import { DataTypes, ORM } from "../mod.ts";
import type { KVContestant } from "./kv_cases.ts";

/** The work as a user of Rinari writes it. */
export async function openRinari(kv: KVStore): Promise<KVContestant & AsyncDisposable> {
  // As it is when the driver opens the file itself.
  const orm = new ORM({ driver: new DenoKVDriver({ kv, remote: false, limits: { checks: 100 } }) });
  const User = orm.define("bench", "users", {
    id: { type: DataTypes.INTEGER, primaryKey: true },
    name: { type: DataTypes.TEXT, notNull: true },
    email: { type: DataTypes.TEXT, unique: true, notNull: true },
    age: { type: DataTypes.INTEGER, notNull: true },
  }, { indexes: [{ columns: ["age"] }] });
  await orm.ready();
  return {
    name: "Rinari",
    byKey: (id) => User.findById(id),
    byEmail: (email) => User.findOne({ where: { email } }),
    byAge: (age) => User.findAll({ where: { age }, limit: 50 }),
    countAge: (age) => User.count({ age }),
    insert: (user) => User.create(user),
    insertAll: (users) => User.bulkCreate(users),
    rename: (id, name) => User.update({ name }, { id }),
    grow: (id, age) => User.update({ age }, { id }),
    remove: (id) => User.delete({ id }),
    append: (id, text) =>
      orm.transaction(async () => {
        const { name } = await User.findByIdOrFail(id);
        await User.update({ name: name + text }, { id });
      }),
    [Symbol.asyncDispose]: () => orm.disconnect(),
  };
}
