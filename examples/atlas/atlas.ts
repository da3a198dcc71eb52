import { type AsyncDriver, belongsTo, DataTypes, hasMany, ORM, type } from "../../mod.ts";

/** The atlas's models. Their rows are typed by the schemas; nothing is generated. */
export class Atlas {
  readonly orm: ORM<AsyncDriver>;
  readonly Country;
  readonly City;
  /** Which countries have a border with which, each twice. */
  readonly Border;
  /** What was loaded from where, and how far: written in the same transactions as the rows themselves. */
  readonly Load;
  /** How often the atlas was started, by runtime and driver. */
  readonly Start;

  constructor(driver: AsyncDriver) {
    this.orm = new ORM({ driver });
    this.Country = this.orm.define("atlas", "countries", {
      cca2: { type: DataTypes.TEXT, primaryKey: true },
      cca3: { type: DataTypes.TEXT, notNull: true, unique: true },
      name: { type: DataTypes.TEXT, notNull: true },
      native: { type: DataTypes.TEXT },
      flag: { type: DataTypes.TEXT, notNull: true },
      region: { type: DataTypes.TEXT, notNull: true },
      capital: { type: DataTypes.ARRAY, notNull: true, as: type<string[]>() },
      languages: { type: DataTypes.OBJECT, notNull: true, as: type<Record<string, string>>() },
      currencies: {
        type: DataTypes.OBJECT,
        notNull: true,
        as: type<Record<string, { name: string; symbol: string }>>(),
      },
      area: { type: DataTypes.REAL },
      landlocked: { type: DataTypes.BOOLEAN, notNull: true },
      independent: { type: DataTypes.BOOLEAN },
    }, {
      relations: {
        cities: () => hasMany(this.City, "country"),
        neighbours: () => hasMany(this.Country, { through: this.Border, from: "country", to: "neighbour" }),
      },
    });
    this.City = this.orm.define("atlas", "cities", {
      id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
      name: { type: DataTypes.TEXT, notNull: true },
      lat: { type: DataTypes.REAL, notNull: true },
      lng: { type: DataTypes.REAL, notNull: true },
      country: { type: DataTypes.TEXT, references: { table: "countries", column: "cca2" } },
      admin1: { type: DataTypes.TEXT },
      admin2: { type: DataTypes.TEXT },
    }, {
      indexes: [{ columns: ["name"] }, { columns: ["country", "name"] }],
      relations: { home: () => belongsTo(this.Country, "country") },
    });
    const country = {
      type: DataTypes.TEXT,
      primaryKey: true,
      references: { table: "countries", column: "cca2", onDelete: "CASCADE" },
    } as const;
    this.Border = this.orm.define("atlas", "borders", { country, neighbour: country });
    this.Load = this.orm.define("atlas", "loads", {
      source: { type: DataTypes.TEXT, primaryKey: true, values: ["countries", "borders", "cities"] },
      edition: { type: DataTypes.TEXT, notNull: true },
      total: { type: DataTypes.INTEGER, notNull: true },
      stored: { type: DataTypes.INTEGER, notNull: true, default: 0 },
      unknownCountries: {
        type: DataTypes.OBJECT,
        notNull: true,
        as: type<Record<string, number>>(),
        default: {},
      },
      finishedAt: { type: DataTypes.DATETIME },
    });
    this.Start = this.orm.define("atlas", "starts", {
      how: { type: DataTypes.TEXT, primaryKey: true },
      count: { type: DataTypes.INTEGER, notNull: true },
      lastAt: { type: DataTypes.DATETIME, notNull: true },
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.orm.disconnect();
  }
}
